using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Lets requests that carry <see cref="Field"/> begin only when their client has gone.</summary>
internal sealed class ClientGone : IStartupFilter
{
    public const string Field = "X-Client-Gone: 1";

    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, following) =>
        {
            if (context.Request.Headers.ContainsKey("X-Client-Gone"))
            {
                var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = context.RequestAborted.UnsafeRegister(state => ((TaskCompletionSource)state!).TrySetResult(), gone);
                _arrived.TrySetResult();
                await gone.Task.WaitAsync(Deadlines.Step);
            }

            await following(context);
        });
        next(app);
    };

    public void AddTo(IServiceCollection services) => services.AddSingleton<IStartupFilter>(this);

    /// <summary>Sends a request and leaves when it has arrived.</summary>
    public async Task SendAsync(GatewayEnvironment gateway, string target)
    {
        await using var client = await gateway.ConnectAsync();
        await client.SendAsync(Request.Send("GET", target, [Field]));
        await _arrived.Task.WaitAsync(Deadlines.Step);
        client.Abort();
    }
}
