import BelayJSON

/// The stored form of events. Those that every step has are written and read as JSON directly, in a fraction of the time;
/// all others go through `Codable`. Both ways give the same JSON.
extension Event {
    /// - Throws: `EncodingError` for a value that JSON can't hold.
    package func json() throws -> JSON {
        let direct: JSON? =
            switch self {
            case .modelCallPlanned(let planned): planned.json
            case .modelAnswered(let answered): answered.json
            case .toolCallSucceeded(let succeeded): succeeded.json
            default: nil
            }
        return try direct ?? JSON(encoding: self)
    }

    /// - Throws: `DecodingError`.
    package init(json: JSON) throws {
        // What can't be read directly may be read by `Codable`, and if not, that says what is wrong.
        self = if let event = Event(directly: json) { event } else { try json.decode(Event.self) }
    }

    private init?(directly json: JSON) {
        let event: Event? =
            switch json["type"]?.stringValue {
            case Name.modelCallPlanned.rawValue: ModelCallPlanned(json).map(Event.modelCallPlanned)
            case Name.modelAnswered.rawValue: ModelAnswered(json).map(Event.modelAnswered)
            case Name.toolCallSucceeded.rawValue: ToolCallSucceeded(json).map(Event.toolCallSucceeded)
            default: nil
            }
        guard let event else { return nil }
        self = event
    }
}

extension Event.ModelCallPlanned {
    fileprivate var json: JSON {
        [
            "type": .string(Event.Name.modelCallPlanned.rawValue), "step": .int(Int64(self.step)),
            "purpose": .string(self.purpose.rawValue),
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let step = json["step"]?.intValue, let purpose = json["purpose"]?.stringValue,
            let purpose = Purpose(rawValue: purpose)
        else { return nil }
        self.init(step: step, purpose: purpose)
    }
}

extension Event.ModelAnswered {
    /// Nil when it has content of a kind that is rare.
    fileprivate var json: JSON? {
        var content: [JSON] = []
        for part in self.content {
            guard let json = part.json else { return nil }
            content.append(json)
        }
        return [
            "type": .string(Event.Name.modelAnswered.rawValue), "step": .int(Int64(self.step)),
            "content": .array(content), "stopReason": .string(self.stopReason.rawValue), "usage": self.usage.json,
            "cost": self.cost.json,
            "path": ["provider": .string(self.path.provider), "model": .string(self.path.model)],
            "milliseconds": .int(self.milliseconds), "isDegraded": .bool(self.isDegraded),
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let step = json["step"]?.intValue, let parts = json["content"]?.arrayValue,
            let stop = json["stopReason"]?.stringValue, let stopReason = StopReason(rawValue: stop),
            let usage = json["usage"].flatMap(Usage.init), let cost = json["cost"].flatMap(Cost.init),
            let path = json["path"], let provider = path["provider"]?.stringValue,
            let model = path["model"]?.stringValue, case .int(let milliseconds)? = json["milliseconds"],
            let isDegraded = json["isDegraded"]?.boolValue
        else { return nil }
        let content = parts.compactMap(Content.init)
        guard content.count == parts.count else { return nil }
        self.init(
            step: step, content: content, stopReason: stopReason, usage: usage, cost: cost,
            path: ModelPath(provider: provider, model: model), milliseconds: milliseconds, isDegraded: isDegraded)
    }
}

extension Event.ToolCallSucceeded {
    fileprivate var json: JSON {
        [
            "type": .string(Event.Name.toolCallSucceeded.rawValue), "callID": .string(self.callID),
            "output": .string(self.output), "milliseconds": .int(self.milliseconds),
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let callID = json["callID"]?.stringValue, let output = json["output"]?.stringValue,
            case .int(let milliseconds)? = json["milliseconds"]
        else { return nil }
        self.init(callID: callID, output: output, milliseconds: milliseconds)
    }
}

extension Content {
    fileprivate var json: JSON? {
        switch self {
        case .text(let text): ["text": .string(text)]
        case .toolCall(let call):
            [
                "call": [
                    "id": .string(call.id), "name": .string(call.name), "arguments": .string(call.arguments),
                ]
            ]
        case .reasoning, .toolResult, .image, .file: nil
        }
    }

    fileprivate init?(_ json: JSON) {
        guard let object = json.objectValue, object.count == 1 else { return nil }
        if let text = object["text"]?.stringValue {
            self = .text(text)
        } else if let call = object["call"], let id = call["id"]?.stringValue, let name = call["name"]?.stringValue,
            let arguments = call["arguments"]?.stringValue
        {
            self = .toolCall(ToolCall(id: id, name: name, arguments: arguments))
        } else {
            return nil
        }
    }
}

extension Usage {
    fileprivate var json: JSON {
        [
            "freshInput": .int(Int64(self.freshInput)), "cacheRead": .int(Int64(self.cacheRead)),
            "cacheWrite": .int(Int64(self.cacheWrite)), "output": .int(Int64(self.output)),
            "reasoning": .int(Int64(self.reasoning)),
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let freshInput = json["freshInput"]?.intValue, let cacheRead = json["cacheRead"]?.intValue,
            let cacheWrite = json["cacheWrite"]?.intValue, let output = json["output"]?.intValue,
            let reasoning = json["reasoning"]?.intValue
        else { return nil }
        self.init(
            freshInput: freshInput, cacheRead: cacheRead, cacheWrite: cacheWrite, output: output, reasoning: reasoning)
    }
}

extension Cost {
    fileprivate var json: JSON {
        switch self {
        case .known(let money): ["known": .int(money.nanoDollars)]
        case .estimated(let money): ["estimated": .int(money.nanoDollars)]
        case .unknown: [:]
        }
    }

    fileprivate init?(_ json: JSON) {
        switch (json["known"], json["estimated"]) {
        case (.int(let amount)?, nil): self = .known(Money(nanoDollars: amount))
        case (nil, .int(let amount)?): self = .estimated(Money(nanoDollars: amount))
        default: return nil
        }
    }
}
