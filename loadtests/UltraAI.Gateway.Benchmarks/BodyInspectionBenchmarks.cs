using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Providers.Inspection;

namespace UltraAI.Gateway.Benchmarks;

/// <summary>Step 2: what a chat request says about itself, read out of its body.</summary>
public class BodyInspectionBenchmarks
{
    private const string Path = "/v1/chat/completions";

    private ReadOnlySequence<byte> _body;
    private ProviderEndpoint _endpoint = null!;

    /// <summary>Gets or sets about how many bytes the body has.</summary>
    [Params(1024, 100 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var text = string.Concat(Enumerable.Repeat("lorem ipsum dolor sit amet ", (Size / 27) + 1))[..(Size - 120)];
        _body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes($$"""{"model":"gpt-4o-mini","max_tokens":256,"stream":true,"messages":[{"role":"user","content":"{{text}}"}]}"""));
        _endpoint = ProviderKinds.OpenAI.EndpointOf("POST", Path);
    }

    [Benchmark]
    public object Inspect() => RequestInspector.Inspect(ProviderKinds.OpenAI, _endpoint, new InspectedRequest
    {
        Method = "POST",
        Path = Path,
        ContentType = "application/json",
        Body = _body,
        IsWhole = true,
    });
}
