"""A root module, evaluated by need."""
