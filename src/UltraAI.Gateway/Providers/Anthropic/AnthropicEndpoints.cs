namespace UltraAI.Gateway.Providers.Anthropic;

/// <summary>Anthropic's endpoints. GET and HEAD are not listed: they only read.</summary>
/// <remarks>https://docs.claude.com/en/api. Agents and sessions, which run models named in stored objects, are not in the table.</remarks>
internal static class AnthropicEndpoints
{
    private static readonly ProviderEndpoint Messages = new() { Operation = "chat", Model = ModelPlace.Body, Usage = UsageDialect.AnthropicMessages };

    public static readonly EndpointTable Table = new(
        ("POST /v1/messages", Messages),
        ("POST /v1/messages/count_tokens", new ProviderEndpoint { Model = ModelPlace.Body }),
        ("POST /v1/complete", new ProviderEndpoint { Operation = "text_completion", Model = ModelPlace.Body }),
        ("POST /v1/messages/batches", new ProviderEndpoint { Model = ModelPlace.BatchRequests }),
        ("POST /v1/messages/batches/*/cancel", ProviderEndpoint.Modelless),
        ("DELETE /v1/messages/batches/*", ProviderEndpoint.Modelless),
        ("POST /v1/files", ProviderEndpoint.Modelless),
        ("DELETE /v1/files/*", ProviderEndpoint.Modelless),
        ("POST /v1/skills", ProviderEndpoint.Modelless),
        ("DELETE /v1/skills/*", ProviderEndpoint.Modelless),
        ("POST /v1/skills/*/versions", ProviderEndpoint.Modelless),
        ("DELETE /v1/skills/*/versions/*", ProviderEndpoint.Modelless));
}
