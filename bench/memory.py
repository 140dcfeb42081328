def measure(*a,**k): return True
