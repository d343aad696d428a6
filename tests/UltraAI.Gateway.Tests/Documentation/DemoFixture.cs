using Xunit;

namespace UltraAI.Gateway.Tests.Documentation;

/// <summary>One demo for all tests that ask it something.</summary>
[CollectionDefinition(nameof(DemoFixture))]
public sealed class WithTheDemo : ICollectionFixture<DemoFixture>;

/// <summary>The README's first command, running: the demo on a free port.</summary>
public sealed class DemoFixture : IAsyncLifetime
{
    private GatewayProcess? _process;

    /// <summary>Where it listens, such as <c>http://127.0.0.1:4711</c>.</summary>
    public string Address { get; private set; } = "";

    public string Key { get; private set; } = "";

    public string AdminToken { get; private set; } = "";

    public HttpClient Client { get; } = new();

    internal string Output => _process!.Output;

    public async ValueTask InitializeAsync()
    {
        _process = GatewayProcess.Start(["demo", "--urls", "http://127.0.0.1:0"]);
        Key = (await _process.WaitForAsync(@"Virtual key\s+(\S+)")).Groups[1].Value;
        AdminToken = (await _process.WaitForAsync(@"Admin token\s+(\S+)")).Groups[1].Value;
        Address = (await _process.WaitForAsync(@"Metrics\s+(\S+)/metrics")).Groups[1].Value;
        await _process.WaitForAsync("curl .*/huggingface/");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process!.TerminateAsync(); // so that it takes its temporary folder with it
        await _process.DisposeAsync();
    }
}
