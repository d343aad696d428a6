using System.Text.Json.Nodes;

namespace UltraAI.Gateway.Admin;

/// <summary>A JSON merge patch: https://www.rfc-editor.org/rfc/rfc7386.</summary>
internal static class MergePatch
{
    /// <summary>Puts the patch over the target: objects by property, null removes, all else takes the place of what was there.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject existing)
                {
                    target[name] = existing = [];
                }

                Apply(existing, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
