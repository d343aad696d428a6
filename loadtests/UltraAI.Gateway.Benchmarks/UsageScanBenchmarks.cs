using System.Text;
using BenchmarkDotNet.Attributes;
using UltraAI.Gateway.Metering;
using UltraAI.Gateway.Providers;

namespace UltraAI.Gateway.Benchmarks;

/// <summary>Step 6: the usage, read out of a response as it passes.</summary>
public class UsageScanBenchmarks
{
    private const int Events = 200;

    private byte[] _json = [];
    private byte[][] _events = [];

    [GlobalSetup]
    public void SetUp()
    {
        var text = string.Concat(Enumerable.Repeat("A gateway keeps keys and limits in one place. ", 12));
        _json = Encoding.UTF8.GetBytes($$"""{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"{{text}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":42,"completion_tokens":120,"total_tokens":162,"prompt_tokens_details":{"cached_tokens":0} } }""");
        _events =
        [
            .. Enumerable.Range(0, Events).Select(number => Encoding.UTF8.GetBytes($$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"content":" word{{number}}"},"logprobs":null,"finish_reason":null}]}""" + "\n\n")),
            Encoding.UTF8.GetBytes("""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":42,"completion_tokens":200,"total_tokens":242}}""" + "\n\ndata: [DONE]\n\n"),
        ];
    }

    /// <summary>A response of about 1 KB in one piece.</summary>
    [Benchmark]
    public long Json()
    {
        var observer = UsageObserver.Create(UsageDialect.OpenAIChat, "application/json", null)!;
        observer.Observe(_json);
        return observer.Complete(hasArrived: true).Usage.Output;
    }

    /// <summary>A stream of 200 events of about 250 bytes and the one with the usage, each in a piece of its own.</summary>
    [Benchmark]
    public long Stream()
    {
        var observer = UsageObserver.Create(UsageDialect.OpenAIChat, "text/event-stream", null)!;
        foreach (var piece in _events)
        {
            observer.Observe(piece);
        }

        return observer.Complete(hasArrived: true).Usage.Output;
    }
}
