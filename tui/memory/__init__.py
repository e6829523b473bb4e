"""What is kept between two runs beside the market."""
