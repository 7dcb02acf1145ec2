import importlib.metadata

import networkx
import starlette
import tenacity

assert importlib.metadata.version("tenacity").startswith("8.")
