using System.IO.Pipelines;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Providers;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Transport;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport;

public sealed class ProviderStreamTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    private readonly FakeTimeProvider _time = new();
    private readonly Client _client = new();
    private readonly Pipe _provider = new();
    private readonly byte[] _buffer = new byte[10];

    [Fact]
    public async Task Head_ThatTheClientDoesNotTake_IsTheClientsStall()
    {
        var (call, stream) = Begin();
        var read = stream.ReadAsync(_buffer, TestContext.Current.CancellationToken);

        _time.Advance(Limit);

        await Assert.ThrowsAsync<IOException>(async () => await read.AsTask().WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken));
        Assert.Equal((StalledBy.Client, CallOutcome.ClientTimeout), (call.StalledBy, call.Outcome));
        Assert.True(_client.WasAborted);
    }

    [Fact]
    public async Task Body_ThatDoesNotComeAfterItsHead_IsTheProvidersStall()
    {
        var (call, stream) = Begin();
        var read = stream.ReadAsync(_buffer, TestContext.Current.CancellationToken);
        _client.Head.SetResult();

        _time.Advance(Limit);

        await Assert.ThrowsAsync<IOException>(async () => await read.AsTask().WaitAsync(Deadlines.Step, TestContext.Current.CancellationToken));
        Assert.Equal(CallOutcome.Timeout, call.Outcome);
        Assert.False(_client.WasAborted);
    }

    private (ProviderCall Call, ProviderStream Stream) Begin()
    {
        var provider = new Provider("openai", ProviderKinds.OpenAI, ["http://127.0.0.1:1"], []);
        var call = new ProviderCall(provider, "/v1/x", _time, reporter: null, _client);
        call.Begin(Limit, CancellationToken.None);
        call.HeadArrived(new HttpResponseMessage(HttpStatusCode.OK), _time.GetTimestamp());
        return (call, new ProviderStream(_provider.Reader.AsStream(), call));
    }

    /// <summary>Takes the head when it is told to, or is broken off.</summary>
    private sealed class Client : ICallClient
    {
        public TaskCompletionSource Head { get; } = new();

        public bool WasAborted { get; private set; }

        public Task SendHeadAsync() => Head.Task;

        public void ResponseArrived()
        {
        }

        public void Abort()
        {
            WasAborted = true;
            Head.TrySetException(new IOException("broken off"));
        }
    }
}
