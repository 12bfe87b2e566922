output "json_map_encoded_list" {
  value = "[${local.json}]"
}

output "json_map_encoded" {
  value = local.json
}

output "json_map_object" {
  value = local.container
}

output "sensitive_json_map_encoded_list" {
  value = "[${local.json}]"
}

output "sensitive_json_map_encoded" {
  value = local.json
}

output "sensitive_json_map_object" {
  value = local.container
}
