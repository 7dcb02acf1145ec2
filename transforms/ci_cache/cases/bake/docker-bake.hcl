variable "TAG" {
  default = "latest"
}

group "default" {
  targets = ["app", "worker"]
}

target "_common" {
  cache-from = ["type=gha"]
  cache-to   = ["type=gha"]
}

target "app" {
  inherits = ["_common"]
  context  = "app"
  tags     = ["shop/app:${TAG}"]
}

target "worker" {
  context = "worker"
  tags    = ["shop/worker:${TAG}"]
}

target "docs" {
  context = "docs"
}
