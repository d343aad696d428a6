namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Keeps a provider from answering until it is opened.</summary>
internal sealed class HeldUpstream : IDisposable
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HeldUpstream(RawUpstream upstream) => upstream.Handler = async exchange =>
    {
        await _open.Task.WaitAsync(Deadlines.Step);
        await exchange.RespondJsonAsync("{}");
    };

    public void Open() => _open.TrySetResult();

    public void Dispose() => Open();
}
