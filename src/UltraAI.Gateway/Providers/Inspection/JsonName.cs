using System.Text;

namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>The properties that are read; everything else is skipped.</summary>
internal enum JsonName
{
    Other,
    Model,

    /// <summary><c>model</c> in other letters: some servers don't look at the case.</summary>
    ModelVariant,
    Stream,
    StreamOptions,
    IncludeUsage,
    MaxOutput,
    Choices,

    /// <summary><c>generationConfig</c>, <c>parameters</c>: hold the maximum output.</summary>
    Settings,
    Tools,
    Background,
    Type,
    Prompt,
    Requests,
    Params,

    /// <summary>Names further models, or what stands for them.</summary>
    FurtherModels,
}

internal static class JsonNames
{
    /// <summary>The longest name that is looked at, in bytes as they stand in the text, where each may be an escape of six.</summary>
    public const int MaxRawLength = 6 * 32;

    /// <summary>
    /// Properties by which servers take a model past <c>model</c>: lists and fall-backs (OpenRouter, LiteLLM), stored presets, other spellings,
    /// adapters, agents, and Azure's data sources, whose embedding has a deployment of its own.
    /// </summary>
    /// <remarks>
    /// https://openrouter.ai/docs/features/model-routing, https://docs.litellm.ai/docs/proxy/reliability,
    /// https://learn.microsoft.com/azure/ai-foundry/openai/references/on-your-data
    /// </remarks>
    private static readonly string[] Further =
    [
        "models", "fallbacks", "fallback_models", "fallback_model", "context_window_fallbacks", "content_policy_fallbacks", "default_fallbacks", "model_list",
        "load_balance_models", "model_name", "modelname", "model_id", "modelid", "engine", "engine_id", "deployment", "deployment_id", "deployment_name",
        "preset", "adapter_id", "agent", "agents", "data_sources", "datasources", "extra_body",
    ];

    public static JsonName Find(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 1: return name[0] == 'n' ? JsonName.Choices : JsonName.Other;
            case 4: return name.SequenceEqual("type"u8) ? JsonName.Type : JsonName.Other;
            case 5 when Ascii.EqualsIgnoreCase(name, "model"u8):
                return name.SequenceEqual("model"u8) ? JsonName.Model : JsonName.ModelVariant;
            case 5: return Ascii.EqualsIgnoreCase(name, "tools"u8) ? JsonName.Tools : Rest(name);
            case 6:
                return name.SequenceEqual("stream"u8) ? JsonName.Stream
                : Ascii.EqualsIgnoreCase(name, "prompt"u8) ? JsonName.Prompt
                : Ascii.EqualsIgnoreCase(name, "params"u8) ? JsonName.Params
                : Rest(name);
            case 8 when Ascii.EqualsIgnoreCase(name, "requests"u8): return JsonName.Requests;
            case 8 when name.SequenceEqual("messages"u8): return JsonName.Other;
            case 10 when Ascii.EqualsIgnoreCase(name, "background"u8): return JsonName.Background;
            default: return Rest(name);
        }
    }

    private static JsonName Rest(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("max_tokens"u8) || name.SequenceEqual("max_completion_tokens"u8) || name.SequenceEqual("max_output_tokens"u8)
            || name.SequenceEqual("max_new_tokens"u8) || name.SequenceEqual("maxOutputTokens"u8) || name.SequenceEqual("max_tokens_to_sample"u8))
        {
            return JsonName.MaxOutput;
        }

        if (name.SequenceEqual("best_of"u8) || name.SequenceEqual("candidateCount"u8) || name.SequenceEqual("candidate_count"u8))
        {
            return JsonName.Choices;
        }

        if (name.SequenceEqual("generationConfig"u8) || name.SequenceEqual("generation_config"u8) || name.SequenceEqual("parameters"u8))
        {
            return JsonName.Settings;
        }

        return name.SequenceEqual("stream_options"u8) ? JsonName.StreamOptions
            : name.SequenceEqual("include_usage"u8) ? JsonName.IncludeUsage
            : IsFurther(name) ? JsonName.FurtherModels
            : JsonName.Other;
    }

    private static bool IsFurther(ReadOnlySpan<byte> name)
    {
        foreach (var further in Further)
        {
            if (further.Length == name.Length && Ascii.EqualsIgnoreCase(name, further))
            {
                return true;
            }
        }

        return false;
    }
}
