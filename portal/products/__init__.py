"""The product list of a program, one product, and what stands for it in the target."""
