app = None
