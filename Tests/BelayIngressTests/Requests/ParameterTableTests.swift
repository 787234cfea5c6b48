import BelayJSON
import Testing

@testable import BelayIngress

/// The tables name every parameter of the vendors' own libraries, and each does what its row says.
struct ParameterTableTests {
    /// Of `openai` 3.54, `CompletionCreateParams`.
    private static let chat = """
        messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens \
        max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key \
        prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier \
        stop store stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options stream
        """
    /// Of `openai` 3.54, `ResponseCreateParams`.
    private static let responses = """
        access_programs background background_options context_management conversation image include input instructions \
        max_output_tokens max_tool_calls metadata model moderation parallel_tool_calls previous_response_id prompt \
        prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store \
        stream_options temperature text tool_choice tools top_logprobs top_p truncation user stream
        """
    /// Of `anthropic` 2.12, `MessageCreateParams` and its beta, and what older models and clients use.
    private static let messages = """
        max_tokens messages model cache_control container diagnostics inference_geo metadata output_config service_tier \
        speed stop_sequences system thinking tool_choice tools user_profile_id workspace_id stream billing_policy \
        compaction context_management fallback_credit_token fallbacks mcp_servers thread temperature top_p top_k \
        output_format
        """
    /// Of `anthropic` 2.12, `MessageCountTokensParams` and its beta.
    private static let counting = """
        messages model cache_control output_config speed system thinking tool_choice tools user_profile_id workspace_id \
        context_management mcp_servers output_format compaction
        """

    private func names(_ list: String) -> Set<String> { Set(list.split(separator: " ").map(String.init)) }

    @Test func theTablesAreComplete() {
        #expect(Set(ChatParameters.table.parameters.map(\.name)) == self.names(Self.chat))
        #expect(Set(ResponsesParameters.table.parameters.map(\.name)) == self.names(Self.responses))
        #expect(Set(MessagesParameters.table.parameters.map(\.name)) == self.names(Self.messages))
        #expect(Set(MessagesParameters.countingTable.parameters.map(\.name)) == self.names(Self.counting))
    }

    /// A value that none of them can take, so that whoever reads the parameter has to complain about it.
    @Test(arguments: IngressProtocol.allCases)
    func whatIsMappedIsRead(wire: IngressProtocol) {
        for parameter in wire.parameters.parameters where parameter.treatment == .mapped {
            let problem = wire.problem(wire.minimal(with: parameter.name, ["no such": [true]]))
            #expect(problem?.path.bracketed.hasPrefix(parameter.name) == true, "\(parameter.name): \(problem as Any)")
        }
    }

    @Test(arguments: IngressProtocol.allCases)
    func whatIsForwardedIsListedWithItsName(wire: IngressProtocol) throws {
        for parameter in wire.parameters.parameters {
            guard case .forwarded(let elsewhere) = parameter.treatment else { continue }
            let request = try wire.read(wire.minimal(with: parameter.name, ["some": "value"]))
            #expect(request.passThrough.map(\.path) == [ParameterPath(parameter.name)], "\(parameter.name)")
            #expect(request.passThrough.first?.value == ["some": "value"])
            let problem = request.problemElsewhere
            switch elsewhere {
            case .leftOut: #expect(problem == nil, "\(parameter.name)")
            case .refused:
                #expect(problem?.kind == .unsupported, "\(parameter.name)")
                #expect(problem?.path == ParameterPath(parameter.name))
            }
            for harmless in parameter.harmless {
                #expect(try wire.read(wire.minimal(with: parameter.name, harmless)).passThrough.isEmpty)
            }
            #expect(try wire.read(wire.minimal(with: parameter.name, .null)).passThrough.isEmpty)
        }
    }

    @Test(arguments: IngressProtocol.allCases)
    func whatIsRefusedIsRefusedByName(wire: IngressProtocol) throws {
        for parameter in wire.parameters.parameters {
            guard case .refused = parameter.treatment else { continue }
            let problem = wire.problem(wire.minimal(with: parameter.name, true))
            #expect(problem?.kind == .unsupported)
            #expect(problem?.path == ParameterPath(parameter.name))
            for harmless in parameter.harmless { _ = try wire.read(wire.minimal(with: parameter.name, harmless)) }
        }
    }

    @Test(arguments: IngressProtocol.allCases)
    func whatIsUnknownIsRefusedUnlessItIsAllowed(wire: IngressProtocol) throws {
        let body = wire.minimal(with: "no_such_thing", 7)
        #expect(wire.problem(body)?.kind == .unknown)
        #expect(wire.problem(body)?.path == ParameterPath("no_such_thing"))
        let request = try wire.read(body, limits: IngressLimits(allowsUnknownParameters: true))
        #expect(request.passThrough.map(\.path) == [ParameterPath("no_such_thing")])
        #expect(request.problemElsewhere == nil)
    }
}
