using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Synthesis.Calls;

/// <summary>Makes the calls of runs: one attempt each, through the same transport and metering as passthrough.</summary>
/// <remarks>Text is never looked at for errors: status codes, error objects and the stream's own events decide.</remarks>
internal sealed class InnerCalls(
    ProviderInvoker invoker, TransportOptions options, AdmissionControl admissions, Settlement settlement, CallReporter reporter, CallContent contents, TimeProvider time)
    : IInnerCalls
{
    /// <summary>Tells a provider of one's own which call of a run this is.</summary>
    public const string CallField = "x-ultraai-call";

    /// <summary>Tells it, and a gateway behind it, that it comes from a run.</summary>
    public const string DepthField = "x-ultraai-depth";

    private const int BufferBytes = 16 * 1024;
    private const int MaxErrorBytes = 64 * 1024;

    // The end of the body comes with the last event, or a moment later; a connection that was read to its end is used again.
    private static readonly TimeSpan DrainPatience = TimeSpan.FromMilliseconds(100);

    public async Task<InnerResult> SendAsync(RunAdmission run, InnerCall inner, CancellationToken cancellationToken)
    {
        var (provider, model) = inner.Target;
        var dialect = provider.Kind.Chat;
        if (dialect.FindUnsupported(inner.Request with { Model = model }) is { } unsupported)
        {
            return InnerResult.NotMade(new ChatFailure(ChatOutcome.UnsupportedInput) { Message = unsupported });
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return InnerResult.NotMade(new ChatFailure(ChatOutcome.Cancelled));
        }

        var target = provider.TargetOf(dialect.TargetFor(model));
        var body = new ArrayBufferWriter<byte>(4096);
        dialect.WriteBody(body, inner.Request with { Model = model }, provider.IsPublic);
        var facts = new RequestFacts
        {
            Endpoint = provider.Kind.EndpointOf(HttpMethods.Post, provider.PathOf(target), provider.BasePath),
            Model = model,
            IsStream = true,
            AsksForUsage = true,
            MaxOutputTokens = inner.Request.MaxOutputTokens,
            BodyBytes = body.WrittenCount,
            MediaBytes = InputSize.MediaBytesOf(inner.Request),
        };
        var decision = await admissions.AdmitInnerAsync(run.Key, provider, facts, inner.Planned);
        if (decision.Refusal is { } refusal)
        {
            return InnerResult.NotMade(new ChatFailure(ChatOutcome.RateLimited) { Message = refusal.Message, RetryAfter = refusal.RetryAfter });
        }

        var call = new ProviderCall(provider, target, time, reporter)
        {
            Facts = facts,
            AllowedCredentials = run.Key.Credentials,
            WholeBody = new ReadOnlySequence<byte>(body.WrittenMemory),
        };
        contents.Begin(call, run.Key.Name, requestId: null);
        return await CallAsync(run, inner, decision.Admission, call, cancellationToken);
    }

    private async Task<InnerResult> CallAsync(RunAdmission run, InnerCall inner, Admission.Admission admission, ProviderCall call, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        ChatResult? chat = null;
        try
        {
            using var request = RequestOf(inner, call);
            response = await invoker.SendAsync(request, cancellationToken);
            chat = response.StatusCode == HttpStatusCode.OK
                ? await ReadAsync(inner, call, response)
                : await ReadErrorAsync(call, response);
            if (chat.Failure is null)
            {
                call.Satisfied();
                await DrainAsync(call, response);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            chat = ChatResult.Failed(FailureOf(call, exception, cancellationToken));
        }
        finally
        {
            // A connection whose answer was not read to its end closes here and now.
            response?.Dispose();
            await call.EndBodyAsync();
            call.End();
            if (chat is null)
            {
                // A fault of our own is on its way up; what was taken for the call is given back all the same.
                run.Add(settlement.Settle(admission, call));
            }
        }

        var hadBody = call.StatusCode == StatusCodes.Status200OK && call.FirstByteAfter is not null;
        var charge = settlement.Settle(admission, call, isFree: !hadBody && chat.Outcome != ChatOutcome.Cancelled);
        run.Add(charge);
        return new InnerResult { Chat = chat, Charge = charge, HadBody = hadBody, Elapsed = call.Elapsed, FirstByteAfter = call.FirstByteAfter };
    }

    private HttpRequestMessage RequestOf(InnerCall inner, ProviderCall call)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, call.Provider.BaseUri)
        {
            Version = options.HttpVersion == "2" ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Options.Set(ProviderCall.Key, call);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        foreach (var (name, value) in call.Provider.Kind.Chat.Fields)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (!call.Provider.IsPublic)
        {
            // Nothing is told to third parties.
            request.Headers.TryAddWithoutValidation(CallField, inner.Id);
            request.Headers.TryAddWithoutValidation(DepthField, "1");
        }

        return request;
    }

    private static async Task<ChatResult> ReadAsync(InnerCall inner, ProviderCall call, HttpResponseMessage response)
    {
        var reader = call.Provider.Kind.Chat.CreateReader();
        var builder = new ChatResultBuilder(inner.AcceptsToolCalls, inner.Request.MaxOutputTokens);
        var events = new List<ChatEvent>();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync();
            int count;
            while (!reader.IsComplete && !builder.HasFailed && (count = await stream.ReadAsync(buffer, call.Clock.Token)) > 0)
            {
                reader.Feed(buffer.AsSpan(0, count), events);
                await AddAsync(inner, builder, events, call.Clock.Token);
            }

            if (!builder.HasFailed)
            {
                reader.End(events);
                await AddAsync(inner, builder, events, call.Clock.Token);
            }
            else if (!reader.IsComplete)
            {
                call.BreakOff();
            }

            return builder.End();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // What the transport saw first counts.
            call.Fail(CallOutcome.Cancelled, null);
            return builder.Break(FailureOf(call, exception, CancellationToken.None));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask AddAsync(InnerCall inner, ChatResultBuilder builder, List<ChatEvent> events, CancellationToken cancellationToken)
    {
        foreach (var item in events)
        {
            builder.Add(item);
            if (inner.OnEvent is { } listen && !builder.HasFailed)
            {
                await listen(item, cancellationToken);
            }
        }

        events.Clear();
    }

    private async Task<ChatResult> ReadErrorAsync(ProviderCall call, HttpResponseMessage response)
    {
        var body = new byte[MaxErrorBytes];
        var length = 0;
        var stream = await response.Content.ReadAsStreamAsync();
        int count;
        while (length < body.Length && (count = await stream.ReadAsync(body.AsMemory(length), call.Clock.Token)) > 0)
        {
            length += count;
        }

        var retryAfter = response.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? RetryAfterField.Read(values.ToString(), time.GetUtcNow()) : null;
        return ChatResult.Failed(ErrorJudge.Judge((int)response.StatusCode, retryAfter, body.AsMemory(0, length)));
    }

    /// <summary>Reads on to the end of a body whose answer is complete.</summary>
    private async Task DrainAsync(ProviderCall call, HttpResponseMessage response)
    {
        using var limit = new CancellationTokenSource(DrainPatience, time);
        await using var registration = limit.Token.UnsafeRegister(static state => ((ProviderCall)state!).Clock.Cancel(), call);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(CancellationToken.None);
            while (await stream.ReadAsync(buffer, call.Clock.Token) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The answer is there; only its connection is lost.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ChatFailure FailureOf(ProviderCall call, Exception exception, CancellationToken cancelled) =>
        exception is ProviderCallException { Error: var error } ? FailureOf(error)
        : call.Outcome switch
        {
            CallOutcome.Timeout => new ChatFailure(ChatOutcome.InactivityTimeout) { Message = "The provider stopped in the middle of its answer (Gateway:Transport:Timeout)." },
            CallOutcome.Cut => ChatFailure.Protocol("The provider broke off in the middle of its answer."),
            CallOutcome.Unreachable => new ChatFailure(ChatOutcome.ConnectError),
            _ when call.IsAborted || cancelled.IsCancellationRequested || exception is OperationCanceledException => new ChatFailure(ChatOutcome.Cancelled),
            _ => ChatFailure.Protocol("The provider's answer could not be read."),
        };

    private static ChatFailure FailureOf(GatewayError error) => error.Code switch
    {
        ErrorCode.UpstreamTimeout => new ChatFailure(ChatOutcome.InactivityTimeout) { Message = error.Message },
        ErrorCode.CircuitOpen => new ChatFailure(ChatOutcome.CircuitOpen) { Message = error.Message, RetryAfter = error.RetryAfter },
        ErrorCode.QueueFull or ErrorCode.CredentialsResting => new ChatFailure(ChatOutcome.RateLimited) { Message = error.Message, RetryAfter = error.RetryAfter },
        _ => new ChatFailure(ChatOutcome.ConnectError) { Message = error.Message },
    };
}
