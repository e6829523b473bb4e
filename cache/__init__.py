"""The store on disk, the sources of data, and the refresh."""
