import BelayYAML

/// Everything that is wrong with a scenario.
public typealias MockScenarioError = YAMLFileError
