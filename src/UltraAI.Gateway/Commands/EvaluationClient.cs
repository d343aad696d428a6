using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Synthesis.Evaluation;

namespace UltraAI.Gateway.Commands;

/// <summary>Puts questions to a preset of a running gateway, and keeps what each member had drafted.</summary>
internal sealed class EvaluationClient
{
    private const int MostTries = 6;

    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly GatewayClient _gateway;
    private readonly string _preset;
    private readonly string _definition;

    private EvaluationClient(GatewayClient gateway, string preset, string definition)
    {
        _gateway = gateway;
        _preset = preset;
        _definition = definition;
    }

    /// <exception cref="CommandException">The gateway does not answer, or the key may not use such a preset.</exception>
    public static async Task<EvaluationClient> OpenAsync(GatewayClient gateway, string preset, CancellationToken cancellationToken)
    {
        var answer = await gateway.AskAsync(HttpMethod.Get, "/ultra/presets", cancellationToken: cancellationToken);
        var presets = answer["presets"] as JsonArray ?? throw new CommandException("That is not a gateway, or not this version of it: it lists no presets.");
        var found = presets.FirstOrDefault(item => (string?)item?["id"] == preset);
        return found is not null
            ? new EvaluationClient(gateway, preset, $"{gateway.Address}\n{found.ToJsonString()}")
            : throw new CommandException($"There is no preset '{preset}' for this key; there are: {string.Join(", ", presets.Select(item => (string?)item?["id"]))}.");
    }

    /// <summary>What a question's run is known by: another question, another gateway, or a preset that has been changed, has another.</summary>
    public string KeyOf(EvaluationQuestion question) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_definition}\n{question.System?.Length ?? -1}\n{question.System}{question.Text}")));

    /// <summary>Runs a question. A run that fails is a result; what concerns all questions is not.</summary>
    /// <exception cref="CommandException">The gateway refuses, or can't be reached.</exception>
    public async Task<EvaluatedRun> AskAsync(EvaluationQuestion question, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var reading = new EvaluationReading(KeyOf(question));
            if (await _gateway.ReadLinesAsync("/ultra", BodyOf(question), reading.Take, cancellationToken) is not { } refusal)
            {
                return reading.ToRun();
            }

            if (refusal.Status != StatusCodes.Status429TooManyRequests || attempt == MostTries)
            {
                throw new CommandException($"line {question.Line}: {refusal.ToException().Message}");
            }

            var wait = refusal.RetryAfter ?? UsualWait;
            await Task.Delay(wait < LongestWait ? wait : LongestWait, TimeProvider.System, cancellationToken);
        }
    }

    private JsonObject BodyOf(EvaluationQuestion question)
    {
        var messages = new JsonArray();
        if (question.System is { } system)
        {
            messages.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = system });
        }

        messages.Add((JsonNode)new JsonObject { ["role"] = "user", ["content"] = question.Text });
        return new JsonObject
        {
            ["preset"] = _preset,
            ["messages"] = messages,
            ["stream"] = true,
            ["ultra"] = new JsonObject { ["include"] = new JsonArray("drafts") },
        };
    }
}
