import BelayCore
import BelayJSON
import BelayModels

extension Configuration {
    /// What model calls are for, and what tells whether an answer did it.
    public struct Task: Sendable, Hashable {
        /// What tells whether an answer did what it was for: one of these.
        public struct Success: Sendable, Hashable {
            /// A model that is asked.
            public struct Judge: Sendable, Hashable {
                /// A route of this file, or PROVIDER/MODEL.
                public var route: String
                /// What a good answer is.
                public var rubric: String

                public init(route: String, rubric: String) {
                    self.route = route
                    self.rubric = rubric
                }

                static let section = Section<Judge>(
                    "A model that is asked what an answer is worth.", make: { Judge(route: "", rubric: "") },
                    keys: [
                        Key("route", \.route, .nonEmptyText, required: true, "A route, or PROVIDER/MODEL."),
                        Key("rubric", \.rubric, .nonEmptyText, required: true, "What a good answer is, in words."),
                    ])
            }

            public var schema: JSON?
            public var expression: String?
            public var judge: Judge?
            public var tool: String?
            public var feedback: Bool

            public init(
                schema: JSON? = nil, expression: String? = nil, judge: Judge? = nil, tool: String? = nil,
                feedback: Bool = false
            ) {
                self.schema = schema
                self.expression = expression
                self.judge = judge
                self.tool = tool
                self.feedback = feedback
            }

            static let section = Section<Success>(
                "What tells whether an answer did what it was for: exactly one of these.", make: { Success() },
                keys: [
                    Key("schema", optional: \.schema, .jsonSchema, "The answer has to be JSON of this schema."),
                    Key(
                        "expression", optional: \.expression,
                        .nonEmptyText.checked { text in
                            do throws(OutputExpression.Invalid) {
                                _ = try OutputExpression(text)
                                return nil
                            } catch {
                                return "not an expression: \(error)"
                            }
                        }, "A condition that has to hold for the answer, such as `/total > 0 and text contains \"€\"`."),
                    Key("judge", optional: \.judge, .section(Judge.section), "Another model says it, by a rubric."),
                    Key(
                        "tool", optional: \.tool, .nonEmptyText,
                        "A tool of this file with `http` says it. It gets `task`, `input`, `output` and `path`, and "
                            + "answers true, false, a number from 0 to 1, or an object with such a `success`."),
                    Key(
                        "feedback", \.feedback, .boolean,
                        "Somebody says it later: `POST /v1/outcomes/{id}`, or feedback to an execution."),
                ])
        }

        /// As calls name it: the header X-Belay-Task, the agent's name, or else the route's.
        public var name: String
        public var success: Success

        public init(name: String, success: Success = Success()) {
            self.name = name
            self.success = success
        }

        static let section = Section<Task>(
            "What model calls are for. Outcomes of paths are compared within a task.", make: { Task(name: "") },
            keys: [
                Key(
                    "success", \.success, .section(Success.section), required: true,
                    "What tells whether an answer did what it was for.")
            ])
    }
}
