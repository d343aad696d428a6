using System.Globalization;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Simulator.Content;
using UltraAI.Gateway.Simulator.Hosting;

namespace UltraAI.Gateway.Simulator.Dialects;

/// <summary>What makes a provider itself: where it looks for a credential, its endpoints, its headers, the shape of its errors.</summary>
internal abstract class ProviderDialect
{
    private long _ids;

    public abstract string Name { get; }

    public abstract string Credential { get; }

    /// <summary>Gets the status with which this provider says that it is overloaded.</summary>
    public virtual int OverloadedStatus => 503;

    protected abstract RouteTable Routes { get; }

    /// <summary>The refusal of a call without the right credential, or nothing.</summary>
    public abstract ProviderException? CheckCredential(SimulatedCall call);

    /// <summary>Adds the response headers every answer of this provider has.</summary>
    public abstract void AddHeaders(SimulatedCall call);

    /// <summary>Sends an error in this provider's shape.</summary>
    public abstract Task WriteErrorAsync(SimulatedCall call, ProviderException error);

    /// <summary>An error in the middle of a stream, as bytes of the stream.</summary>
    public abstract byte[] StreamError();

    /// <summary>What this provider says with a bare status.</summary>
    public abstract ProviderException ErrorFor(int status);

    /// <summary>The error of an unknown model.</summary>
    public abstract ProviderException UnknownModel(string model);

    /// <summary>Finds the model a request names: in its JSON body or its query, unless the dialect knows better.</summary>
    public virtual string? FindModel(SimulatedCall call) =>
        (call.TryJson() as JsonObject)?.String("model") ?? (call.Query("model") is { Length: > 0 } model ? model : null);

    public Task HandleAsync(SimulatedCall call)
    {
        var handler = Routes.Find(call, out var wrongMethod);
        if (handler is null)
        {
            throw UnknownPath(call, wrongMethod);
        }

        if (call.Record.Model is { } model && model.Contains("does-not-exist", StringComparison.Ordinal))
        {
            throw UnknownModel(model);
        }

        return handler(call);
    }

    /// <summary>An identifier that derives from the request and a counter.</summary>
    public string NewId(SimulatedCall call, string prefix, int length = 24)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        var random = new SeededRandom(Fnv.Hash(call.Record.BodySha256) ^ ((ulong)Interlocked.Increment(ref _ids) * 0x9E3779B97F4A7C15));
        return prefix + string.Create(length, random, (span, generator) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[generator.Next(Alphabet.Length)];
            }
        });
    }

    /// <summary>A request identity in hexadecimal.</summary>
    public string NewHexId(SimulatedCall call, string prefix = "req_") =>
        prefix + Fnv.Hash(NewId(call, "", 16)).ToString("x16", CultureInfo.InvariantCulture) + Fnv.Hash(call.Record.RawTarget).ToString("x16", CultureInfo.InvariantCulture);

    protected abstract ProviderException UnknownPath(SimulatedCall call, bool wrongMethod);

    protected static string? BearerToken(SimulatedCall call) =>
        call.Header("Authorization") is var value && value.StartsWith("Bearer ", StringComparison.Ordinal) ? value["Bearer ".Length..] : null;
}
