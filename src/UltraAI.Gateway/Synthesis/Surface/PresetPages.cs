using System.Text.Json;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Transport;
using UltraAI.Gateway.Transport.Pools;

namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>What there is: <c>GET /ultra/v1/models</c>, <c>GET /ultra/presets</c>, <c>GET /ultra/ready</c>. Asks no provider.</summary>
internal sealed class PresetPages(RunLauncher launcher, IUltraSource settings, IProviderSource providers, ProviderStates states)
{
    public Task ModelsAsync(HttpContext context, VirtualKey key) => UltraResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var preset in launcher.PresetsOf(key))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, preset.Name);
            json.WriteString("object"u8, "model"u8);
            json.WriteNumber("created"u8, 0);
            json.WriteString("owned_by"u8, "ultra"u8);
            json.WriteStartObject("ultra"u8);
            json.WriteNumber("members"u8, preset.Members.Count);
            json.WriteString("lead"u8, preset.Lead.Models[0].ToString());
            json.WriteString("review"u8, preset.Options.Review.Mode);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task PresetsAsync(HttpContext context, VirtualKey key) => UltraResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("presets"u8);
        foreach (var preset in launcher.PresetsOf(key))
        {
            WritePreset(json, preset);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>A preset is ready if a quorum of its members and a lead are: a circuit lets calls through, and a credential is neither taken out nor at rest for the model. 503 if none is.</summary>
    public Task ReadyAsync(HttpContext context, VirtualKey key)
    {
        var states = settings.Ultra.Presets.Values.OrderBy(preset => preset.Name, StringComparer.Ordinal).Select(StateOf).ToArray();
        var isReady = Array.Exists(states, state => state.IsReady);
        return UltraResponse.WriteAsync(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ready"u8, isReady);
            json.WriteStartArray("presets"u8);
            foreach (var state in states)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, state.Preset.Name);
                json.WriteBoolean("ready"u8, state.IsReady);
                json.WriteNumber("members"u8, state.Preset.Members.Count);
                json.WriteNumber("members_ready"u8, state.Members);
                json.WriteNumber("quorum"u8, state.Preset.QuorumOf(state.Preset.Members.Count));
                json.WriteBoolean("lead_ready"u8, state.HasLead);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private PresetState StateOf(Preset preset) => new(
        preset,
        preset.Members.Count(member => member.Fallbacks.Prepend(member.Model).Any(IsThere)),
        preset.Lead.Models.Any(IsThere) || (preset.Lead.AllowMembers && preset.Members.Any(member => IsThere(member.Model))));

    private bool IsThere(ModelReference model) => providers.Providers.TryGet(model.Provider, out var provider) && states.Serves(provider, model.Model);

    private static void WritePreset(Utf8JsonWriter json, Preset preset)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, preset.Name);
        json.WriteStartArray("members"u8);
        foreach (var member in preset.Members)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, member.Id);
            json.WriteString("model"u8, member.Model.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("lead"u8);
        foreach (var lead in preset.Lead.Models)
        {
            json.WriteStringValue(lead.ToString());
        }

        json.WriteEndArray();
        json.WriteString("review"u8, preset.Options.Review.Mode);
        json.WriteString("require"u8, preset.Options.Require);
        json.WriteNumber("quorum"u8, preset.QuorumOf(preset.Members.Count));
        json.WriteNumber("total_ms"u8, RunJson.Milliseconds(preset.Timeouts.Total));
        json.WriteBoolean("allow_overrides"u8, preset.Options.AllowOverrides);
        json.WriteString("version"u8, PresetVersion.Of(preset));
        json.WriteEndObject();
    }

    private sealed record PresetState(Preset Preset, int Members, bool HasLead)
    {
        public bool IsReady => HasLead && Members >= Preset.QuorumOf(Preset.Members.Count);
    }
}
