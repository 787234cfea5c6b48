@_exported import BelayCore
@_exported import BelayModels
@_exported import BelayRouting
@_exported import BelayRuntime
@_exported import BelayTools
