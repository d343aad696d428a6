using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Limits;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Benchmarks;

/// <summary>Step 3: limits of requests, tokens and running calls, of the key and of the provider, in this process; and their settlement.</summary>
public class AdmissionBenchmarks
{
    private static readonly LimitOptions Unreachable = new()
    {
        RequestsPerMinute = LimitRules.MostPerMinute,
        TokensPerMinute = LimitRules.MostPerMinute,
        MaxConcurrent = 1_000_000,
    };

    private readonly VirtualKey _key = new() { Name = "benchmark", Limits = Unreachable };
    private readonly Provider _provider = new("openai", ProviderKinds.OpenAI, ["http://127.0.0.1:1"], []) { Limits = Unreachable };
    private readonly RequestFacts _facts = new() { Endpoint = ProviderKinds.OpenAI.EndpointOf("POST", "/v1/chat/completions"), Model = "gpt-4o-mini", MaxOutputTokens = 256, BodyBytes = 1024 };
    private ServiceProvider _services = null!;
    private AdmissionControl _admission = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new LimitMetrics(_services.GetRequiredService<IMeterFactory>());
        _admission = new AdmissionControl(new EmbeddedLimitStore(TimeProvider.System, metrics), new NoBudgets(), new Prices(), new OutputAverages());
    }

    [GlobalCleanup]
    public void CleanUp() => _services.Dispose();

    [Benchmark]
    public bool AdmitAndSettle()
    {
        var admitting = _admission.AdmitAsync(_key, _provider, _facts, isRead: false, isWebSocket: false);
        if (admitting.IsCompletedSuccessfully && admitting.Result.Admission is { } admission)
        {
            admission.Limits.Reservation!.Settle(106);
            return true;
        }

        throw new InvalidOperationException("Not admitted at once.");
    }

    private sealed class Prices : IPriceSource
    {
        public PriceTable PricesOfAll { get; } = PriceTable.Build([new PriceOptions { Model = "openai/*", Input = 1, Output = 2 }], "", []);

        PriceTable IPriceSource.Prices => PricesOfAll;
    }

    private sealed class NoBudgets : IBudgets
    {
        public ValueTask<BudgetDecision> ReserveAsync(string key, BudgetOptions budget, long nanoUsd) => throw new NotSupportedException("The key has no budget.");

        public ValueTask<BudgetState> ReadAsync(string key, BudgetOptions budget) => throw new NotSupportedException("The key has no budget.");
    }
}
