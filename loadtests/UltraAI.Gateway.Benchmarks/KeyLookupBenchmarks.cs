using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Benchmarks;

/// <summary>Step 1: the virtual key is taken out of the request and looked up among 10,000.</summary>
public class KeyLookupBenchmarks
{
    private const string Key = "uag-benchmark-0123456789abcdefghijklmnopqrstuvwxyz";

    private readonly ConnectionKey _connection = new();
    private readonly IHeaderDictionary _headers = new HeaderDictionary();
    private VirtualKeyTable _table = null!;

    [GlobalSetup]
    public void SetUp() => _table = new VirtualKeyTable(Enumerable.Range(0, 10_000).Select(number => $"uag-other-{number}").Append(Key)
        .ToDictionary(key => KeyDigest.Of(key), key => new VirtualKey { Name = key }));

    [Benchmark]
    public object? Find() => _table.Find(Key);

    // Setting the field is part of it: the key is taken out of the fields each time.
    [Benchmark]
    public object? TakeAndFind()
    {
        _headers.Authorization = "Bearer " + Key;
        var target = "/v1/chat/completions";
        return PresentedKey.Take(_headers, ProviderKinds.OpenAI, connection: null, ref target, out var key) is null ? _table.Find(key) : null;
    }

    // As for every request of a connection but its first.
    [Benchmark]
    public object? TakeAndFindAgain()
    {
        _headers.Authorization = "Bearer " + Key;
        var target = "/v1/chat/completions";
        return PresentedKey.Take(_headers, ProviderKinds.OpenAI, _connection, ref target, out var key) is null ? _connection.Find(_table, key!) : null;
    }
}
