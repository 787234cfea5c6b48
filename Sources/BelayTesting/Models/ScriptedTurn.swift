import BelayCore
import BelayJSON

/// What a `ScriptedModel` does when it is asked once.
public enum ScriptedTurn: Sendable {
    case text(String)
    /// Tool calls, with words before them unless `text` is empty.
    case calls([ToolCall], text: String = "")
    /// Exactly this answer.
    case answer(ModelAnswer)
    /// No path answered.
    case failure(ModelFailure)
    /// The turn comes after some time on the model's clock, unless the call is cancelled before.
    indirect case after(Duration, ScriptedTurn)
    /// Nothing comes until the call is cancelled.
    case silence
    /// Decided when the call is there.
    case deciding(@Sendable (ModelCall) async throws -> ScriptedTurn)

    /// One call of one tool.
    public static func call(_ name: String, _ arguments: JSON = [:], id: String) -> ScriptedTurn {
        .calls([ToolCall(id: id, name: name, arguments: arguments.serialized())])
    }

    public static func failure(_ kind: ModelFailure.Kind) -> ScriptedTurn {
        .failure(ModelFailure(kind, message: "as the script says"))
    }
}
