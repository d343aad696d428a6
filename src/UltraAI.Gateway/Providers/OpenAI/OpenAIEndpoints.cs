namespace UltraAI.Gateway.Providers.OpenAI;

/// <summary>OpenAI's endpoints, behind <c>/v1</c>. GET and HEAD are not listed where they only read.</summary>
/// <remarks>
/// https://platform.openai.com/docs/api-reference. Not in the table, and so <see cref="ProviderEndpoint.Unlisted"/>: administration, and what is
/// newer than this list. An endpoint that runs a model named in a file or a stored object says <see cref="ModelPlace.Elsewhere"/>.
/// </remarks>
internal static class OpenAIEndpoints
{
    public static readonly ProviderEndpoint Chat = new()
    {
        Operation = "chat",
        Model = ModelPlace.Body,
        Usage = UsageDialect.OpenAIChat,
        ReportsStreamUsageOnRequest = true,
    };

    public static readonly ProviderEndpoint Completions = Chat with { Operation = "text_completion" };

    public static readonly ProviderEndpoint Responses = new() { Operation = "chat", Model = ModelPlace.Body, Usage = UsageDialect.OpenAIResponses };

    public static readonly ProviderEndpoint Embeddings = new() { Operation = "embeddings", Model = ModelPlace.Body, Usage = UsageDialect.OpenAIEmbeddings };

    public static readonly ProviderEndpoint Images = new() { Model = ModelPlace.Body, Usage = UsageDialect.OpenAIImages };

    public static readonly ProviderEndpoint ImageForm = Images with { Model = ModelPlace.Form };

    public static readonly ProviderEndpoint AudioForm = new() { Model = ModelPlace.Form, Usage = UsageDialect.OpenAIAudio };

    /// <summary>The model is in the body; no usage is reported, or not in the answer.</summary>
    public static readonly ProviderEndpoint Body = new() { Model = ModelPlace.Body };

    public static readonly ProviderEndpoint Realtime = new() { Model = ModelPlace.Query };

    public static readonly ProviderEndpoint Batch = new() { Model = ModelPlace.Elsewhere, Elsewhere = "a batch's models are named in its input file" };

    private static readonly ProviderEndpoint Form = new() { Model = ModelPlace.Form };

    private static readonly ProviderEndpoint PathModel = new() { Model = ModelPlace.Path };

    private static readonly ProviderEndpoint Session = new()
    {
        Model = ModelPlace.Elsewhere,
        Elsewhere = "the session names its models itself, and its client secret goes past this gateway",
    };

    private static readonly ProviderEndpoint Run = new() { Model = ModelPlace.Elsewhere, Elsewhere = "a run goes on with the model that it was begun with" };

    private static readonly ProviderEndpoint Grader = new() { Model = ModelPlace.Elsewhere, Elsewhere = "graders and training methods name models of their own" };

    public static readonly EndpointTable Table = new(
        ("POST /chat/completions", Chat),
        ("POST /completions", Completions),
        ("POST /responses", Responses),
        ("POST /responses/compact", Responses),
        ("POST /responses/input_tokens", Body),
        ("POST /responses/*/cancel", ProviderEndpoint.Modelless),
        ("DELETE /responses/*", ProviderEndpoint.Modelless),
        ("DELETE /chat/completions/*", ProviderEndpoint.Modelless),
        ("POST /conversations", ProviderEndpoint.Modelless),
        ("POST /conversations/*", ProviderEndpoint.Modelless),
        ("DELETE /conversations/*", ProviderEndpoint.Modelless),
        ("POST /conversations/*/items", ProviderEndpoint.Modelless),
        ("DELETE /conversations/*/items/*", ProviderEndpoint.Modelless),
        ("POST /embeddings", Embeddings),
        ("POST /images/generations", Images),
        ("POST /images/edits", ImageForm),
        ("POST /images/variations", ImageForm),
        ("POST /audio/speech", Body),
        ("POST /audio/transcriptions", AudioForm),
        ("POST /audio/translations", AudioForm),
        ("POST /moderations", Body),
        ("POST /videos", Form),
        ("DELETE /videos/*", ProviderEndpoint.Modelless),
        ("GET /realtime", Realtime),
        ("POST /realtime/client_secrets", Session),
        ("POST /realtime/sessions", Session),
        ("POST /realtime/transcription_sessions", Session),
        ("POST /realtime/calls", Session),
        ("POST /realtime/calls/*/accept", Session),
        ("POST /realtime/calls/*/hangup", ProviderEndpoint.Modelless),
        ("POST /realtime/calls/*/reject", ProviderEndpoint.Modelless),
        ("POST /files", ProviderEndpoint.Modelless),
        ("DELETE /files/*", ProviderEndpoint.Modelless),
        ("POST /uploads", ProviderEndpoint.Modelless),
        ("POST /uploads/*/parts", ProviderEndpoint.Modelless),
        ("POST /uploads/*/complete", ProviderEndpoint.Modelless),
        ("POST /uploads/*/cancel", ProviderEndpoint.Modelless),
        ("POST /batches", Batch),
        ("POST /batches/*/cancel", ProviderEndpoint.Modelless),
        ("POST /vector_stores", ProviderEndpoint.Modelless),
        ("POST /vector_stores/*", ProviderEndpoint.Modelless),
        ("DELETE /vector_stores/*", ProviderEndpoint.Modelless),
        ("POST /vector_stores/*/search", ProviderEndpoint.Modelless),
        ("POST /vector_stores/*/files", ProviderEndpoint.Modelless),
        ("POST /vector_stores/*/files/*", ProviderEndpoint.Modelless),
        ("DELETE /vector_stores/*/files/*", ProviderEndpoint.Modelless),
        ("POST /vector_stores/*/file_batches", ProviderEndpoint.Modelless),
        ("POST /vector_stores/*/file_batches/*/cancel", ProviderEndpoint.Modelless),
        ("POST /containers", ProviderEndpoint.Modelless),
        ("DELETE /containers/*", ProviderEndpoint.Modelless),
        ("POST /containers/*/files", ProviderEndpoint.Modelless),
        ("DELETE /containers/*/files/*", ProviderEndpoint.Modelless),
        ("POST /fine_tuning/jobs", Grader),
        ("POST /fine_tuning/jobs/*/resume", Run),
        ("POST /fine_tuning/jobs/*/cancel", ProviderEndpoint.Modelless),
        ("POST /fine_tuning/jobs/*/pause", ProviderEndpoint.Modelless),
        ("POST /fine_tuning/alpha/graders/*", Grader),
        ("POST /evals", Grader),
        ("POST /evals/**", Grader),
        ("DELETE /evals/*", ProviderEndpoint.Modelless),
        ("DELETE /evals/*/runs/*", ProviderEndpoint.Modelless),
        ("DELETE /models/*", PathModel),
        ("POST /assistants", Body),
        ("POST /assistants/*", Body),
        ("DELETE /assistants/*", ProviderEndpoint.Modelless),
        ("POST /threads", ProviderEndpoint.Modelless),
        ("POST /threads/runs", Body),
        ("POST /threads/*", ProviderEndpoint.Modelless),
        ("DELETE /threads/*", ProviderEndpoint.Modelless),
        ("POST /threads/*/messages", ProviderEndpoint.Modelless),
        ("POST /threads/*/messages/*", ProviderEndpoint.Modelless),
        ("DELETE /threads/*/messages/*", ProviderEndpoint.Modelless),
        ("POST /threads/*/runs", Body),
        ("POST /threads/*/runs/*", ProviderEndpoint.Modelless),
        ("POST /threads/*/runs/*/cancel", ProviderEndpoint.Modelless),
        ("POST /threads/*/runs/*/submit_tool_outputs", Run));

    /// <summary>Looks up a path whose <c>/v1</c> may be missing, since it often is part of the base URL.</summary>
    public static ProviderEndpoint Find(string method, ReadOnlySpan<char> path) =>
        Table.Find(method, path.StartsWith("/v1/", StringComparison.Ordinal) ? path["/v1".Length..] : path);
}
