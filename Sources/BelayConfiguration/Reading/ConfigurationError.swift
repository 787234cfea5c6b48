import BelayYAML

/// Everything that is wrong with `belay.yaml`.
public typealias ConfigurationError = YAMLFileError
