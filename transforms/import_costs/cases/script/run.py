import helpers
if __name__ == "__main__":
    import plotly.express
    helpers.go()
