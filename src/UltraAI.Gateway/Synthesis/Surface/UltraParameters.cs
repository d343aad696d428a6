using System.Text.Json;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Runs;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>The object <c>ultra</c> of a request's body.</summary>
internal sealed record UltraParameters
{
    private const int MostModels = 8;

    private static readonly UltraParameters None = new();

    public UltraError? Error { get; private init; }

    public long? Seed { get; private init; }

    public TimeSpan? Deadline { get; private init; }

    public bool IncludesDrafts { get; private init; }

    public bool IncludesReviews { get; private init; }

    public ProgressMode Progress { get; private init; } = ProgressMode.Comments;

    public IReadOnlyList<string>? Members { get; private init; }

    public IReadOnlyList<string>? Lead { get; private init; }

    public string? Review { get; private init; }

    public string? Require { get; private init; }

    public bool HasOverrides => Members is not null || Lead is not null || Review is not null || Require is not null;

    /// <summary>Reads it; the first fault ends the reading.</summary>
    public static UltraParameters Read(JsonElement ultra)
    {
        if (ultra.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return None;
        }

        if (!ultra.IsObject())
        {
            return Fault("ultra", "'ultra' must be an object.");
        }

        var read = None;
        foreach (var property in ultra.EnumerateObject())
        {
            read = read.With(property.Name, property.Value);
            if (read.Error is not null)
            {
                return read;
            }
        }

        return read;
    }

    private UltraParameters With(string name, JsonElement value) => name switch
    {
        "seed" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seed) ? this with { Seed = seed } : Fault("ultra.seed", "'ultra.seed' must be a whole number."),
        "deadline_ms" => WithDeadline(value),
        "include" => WithInclude(value),
        "progress" => value.AsText() switch
        {
            "none" => this with { Progress = ProgressMode.None },
            "comments" => this with { Progress = ProgressMode.Comments },
            "events" => this with { Progress = ProgressMode.Events },
            _ => Fault("ultra.progress", "'ultra.progress' must be one of none, comments, events."),
        },
        "members" => Models(value) is { } members ? this with { Members = members } : Fault("ultra.members", "'ultra.members' must be a list of PROVIDER/MODEL."),
        "lead" => Models(value) is { } lead ? this with { Lead = lead } : Fault("ultra.lead", "'ultra.lead' must be a list of PROVIDER/MODEL."),
        "review" => value.AsText() is ("off" or "review" or "review_revise") and var review
            ? this with { Review = review }
            : Fault("ultra.review", "'ultra.review' must be one of off, review, review_revise."),
        "require" => value.AsText() is ("any" or "quorum" or "full") and var require
            ? this with { Require = require }
            : Fault("ultra.require", "'ultra.require' must be one of any, quorum, full."),
        _ => Fault("ultra", "'ultra' has an unknown property; known are deadline_ms, include, lead, members, progress, require, review, seed."),
    };

    private UltraParameters WithDeadline(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var milliseconds))
        {
            return Fault("ultra.deadline_ms", "'ultra.deadline_ms' must be a whole number of milliseconds.");
        }

        // What is outside of any preset's range is refused by the preset's own.
        return this with { Deadline = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, int.MaxValue)) };
    }

    private UltraParameters WithInclude(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return Fault("ultra.include", "'ultra.include' must be a list of drafts, reviews.");
        }

        var read = this;
        foreach (var item in value.EnumerateArray())
        {
            switch (item.AsText())
            {
                case "drafts":
                    read = read with { IncludesDrafts = true };
                    break;
                case "reviews":
                    read = read with { IncludesReviews = true };
                    break;
                default:
                    return Fault("ultra.include", "'ultra.include' must be a list of drafts, reviews.");
            }
        }

        return read;
    }

    private static string[]? Models(JsonElement value)
    {
        string[] models = [.. value.Items().Select(item => item.AsText() ?? "")];
        return models.Length is 0 or > MostModels || models.Contains("") ? null : models;
    }

    private static UltraParameters Fault(string param, string message) => new() { Error = UltraError.Invalid("invalid_request", message, param) };
}
