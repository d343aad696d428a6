using System.Text.Json;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>How much a stream of chat completions tells before there is text.</summary>
internal enum ProgressMode
{
    /// <summary>A bare comment, so that the connection lives.</summary>
    None,

    /// <summary>Comments that say how far the run is.</summary>
    Comments,

    /// <summary>Chunks with <c>ultra_event</c>.</summary>
    Events,
}

/// <summary>A request of either surface, read.</summary>
internal sealed record ReadRequest(RunRequest Run)
{
    public ProgressMode Progress { get; init; }

    /// <summary>Whether a chunk with the usage is asked for (<c>stream_options.include_usage</c>).</summary>
    public bool AsksForUsage { get; init; }
}

/// <summary>Reads requests of both surfaces, which differ only in where the preset stands.</summary>
internal sealed class RunRequestReader(IUltraSource settings, IProviderSource providers, IPriceSource prices)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="body">The body.</param>
    /// <param name="isNative">Whether the preset stands in <c>preset</c>; else in <c>model</c>.</param>
    /// <param name="acceptsEvents">Whether the client asked for a stream by <c>Accept</c>.</param>
    public (ReadRequest? Request, UltraError? Error) Read(ReadOnlyMemory<byte> body, bool isNative, bool acceptsEvents)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Strict);
        }
        catch (JsonException exception)
        {
            return (null, UltraError.Invalid("invalid_request", $"The body is not JSON as it must be (line {exception.LineNumber + 1}): it is cut off, malformed, or names a property twice."));
        }
        catch (InvalidOperationException)
        {
            // Of a property's name that is not Unicode: it can't be compared with the others.
            return (null, UltraError.Invalid("invalid_request", ChatRequestReader.NotUnicode));
        }

        using (document)
        {
            return Read(document.RootElement, isNative, acceptsEvents);
        }
    }

    private (ReadRequest? Request, UltraError? Error) Read(JsonElement root, bool isNative, bool acceptsEvents)
    {
        var reading = ChatRequestReader.Read(root, needsModel: !isNative);
        if (reading.Request is not { } chat)
        {
            var first = reading.Errors[0];
            return (null, UltraError.Invalid(first.Code, first.Message, first.Param));
        }

        foreach (var param in (ReadOnlySpan<string>)["preset", "ultra"])
        {
            if (root.TryGetProperty(param, out var value) && !value.IsUnicode())
            {
                return (null, UltraError.Invalid("invalid_request", ChatRequestReader.NotUnicode, param));
            }
        }

        if (isNative && root.Get("preset"u8) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String) })
        {
            return (null, UltraError.Invalid("invalid_request", "'preset' must be a string.", "preset"));
        }

        var stream = root.Get("stream"u8);
        if (stream.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False))
        {
            return (null, UltraError.Invalid("invalid_request", "'stream' must be true or false.", "stream"));
        }

        var name = isNative ? root.Text("preset"u8) ?? BuiltInPresets.Default : chat.Model;
        if (!settings.Ultra.Presets.TryGetValue(name, out var preset))
        {
            return (null, UnknownPreset(name, isNative && root.Text("preset"u8) is null, isNative));
        }

        var parameters = UltraParameters.Read(root.Get("ultra"u8));
        if (parameters.Error is { } error)
        {
            return (null, error);
        }

        var (own, refusal) = Override(preset, parameters);
        return refusal is not null ? (null, refusal) : (new ReadRequest(new RunRequest
        {
            Chat = chat,
            Preset = own!,
            Seed = parameters.Seed,
            Deadline = parameters.Deadline,
            IncludesDrafts = parameters.IncludesDrafts,
            IncludesReviews = parameters.IncludesReviews,
            IsStream = stream.ValueKind == JsonValueKind.True || acceptsEvents,
        })
        {
            Progress = parameters.Progress,
            AsksForUsage = root.Get("stream_options"u8).IsTrue("include_usage"u8),
        }, null);
    }

    private UltraError UnknownPreset(string name, bool isDefault, bool isNative)
    {
        const int MostShown = 64;
        var known = settings.Ultra.Presets.Count == 0 ? "There are none: Gateway:Ultra:Presets, or credentials of providers, make some." : $"Known are {string.Join(", ", settings.Ultra.Presets.Keys.Order(StringComparer.Ordinal))}.";
        return isDefault
            ? UltraError.Invalid("invalid_request", $"'preset' is missing, and there is no preset named '{BuiltInPresets.Default}'. {known}", "preset")
            : new UltraError(StatusCodes.Status404NotFound, "unknown_preset", $"There is no preset '{ChatFailure.Cut(name, MostShown)}'. {known}") { Param = isNative ? "preset" : "model" };
    }

    private (Preset? Preset, UltraError? Error) Override(Preset preset, UltraParameters parameters)
    {
        if (!parameters.HasOverrides)
        {
            return (preset, null);
        }

        if (!preset.Options.AllowOverrides)
        {
            return (null, new UltraError(
                StatusCodes.Status403Forbidden,
                "overrides_not_allowed",
                $"Preset '{preset.Name}' takes no members, lead, review or require from a request (AllowOverrides).")
            {
                Param = "ultra",
            });
        }

        var options = preset.Options;
        options = options with
        {
            Members = parameters.Members is { } members ? [.. members.Select(model => new MemberOptions { Model = model })] : options.Members,
            Quorum = parameters.Members is null ? options.Quorum : null,
            Lead = parameters.Lead is { } lead ? (options.Lead ?? new LeadOptions()) with { Models = lead } : options.Lead,
            Review = parameters.Review is { } review ? options.Review with { Mode = review } : options.Review,
            Require = parameters.Require ?? options.Require,
        };
        var faults = new List<string>();
        var builder = new PresetBuilder(
            (path, message) => faults.Add($"{path}: {message}"),
            provider => providers.Providers.TryGet(provider, out _),
            model => prices.Prices.Find(model.Provider, model.Model) is not null);
        return builder.Build(preset.Name, options, "ultra") is { } own
            ? (own, null)
            : (null, UltraError.Invalid("invalid_override", string.Join(" ", faults), "ultra"));
    }
}
