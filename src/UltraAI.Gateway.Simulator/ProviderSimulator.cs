using UltraAI.Gateway.Simulator.Dialects.Anthropic;
using UltraAI.Gateway.Simulator.Dialects.Google;
using UltraAI.Gateway.Simulator.Dialects.HuggingFace;
using UltraAI.Gateway.Simulator.Dialects.OpenAI;

namespace UltraAI.Gateway.Simulator;

/// <summary>Four simulated providers, each on a loopback port of its own and speaking its own dialect.</summary>
/// <remarks>
/// Answers are deterministic: text, ids and vectors derive from the request. A model whose name contains <c>does-not-exist</c> is unknown;
/// <see cref="Hosting.ModelFaults"/> lists the names that make failures reachable without a script.
/// </remarks>
public sealed class ProviderSimulator : IAsyncDisposable
{
    private readonly SimulatedProvider[] _all;

    private ProviderSimulator(SimulatedProvider[] all) => _all = all;

    /// <summary>Gets the provider that speaks OpenAI's dialect.</summary>
    public SimulatedProvider OpenAI => _all[0];

    /// <summary>Gets the provider that speaks Anthropic's dialect.</summary>
    public SimulatedProvider Anthropic => _all[1];

    /// <summary>Gets the provider that speaks the Gemini API's dialect.</summary>
    public SimulatedProvider Google => _all[2];

    /// <summary>Gets the provider that speaks the dialect of HuggingFace's router.</summary>
    public SimulatedProvider HuggingFace => _all[3];

    /// <summary>Gets the four providers.</summary>
    public IEnumerable<SimulatedProvider> All => _all;

    /// <summary>Starts the four providers; they listen when the task completes.</summary>
    public static async Task<ProviderSimulator> StartAsync(SimulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SimulatorOptions();
        Func<Dialects.ProviderDialect>[] dialects = [() => new OpenAIDialect(), () => new AnthropicDialect(), () => new GoogleDialect(), () => new HuggingFaceDialect()];
        if (options.Ports is { } ports && ports.Length != dialects.Length)
        {
            throw new ArgumentException($"Ports must have {dialects.Length} entries.", nameof(options));
        }

        var started = new List<SimulatedProvider>();
        try
        {
            for (var i = 0; i < dialects.Length; i++)
            {
                started.Add(await SimulatedProvider.StartAsync(dialects[i](), options, options.Ports?[i] ?? 0, cancellationToken));
            }
        }
        catch
        {
            foreach (var provider in started)
            {
                await provider.DisposeAsync();
            }

            throw;
        }

        return new ProviderSimulator([.. started]);
    }

    /// <summary>Closes all connections, running answers included.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _all)
        {
            await provider.DisposeAsync();
        }
    }
}
