import anyio
import networkx
