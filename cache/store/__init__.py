"""The store on disk, and how it survives power cuts."""
