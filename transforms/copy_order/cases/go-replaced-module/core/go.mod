module shop/core
