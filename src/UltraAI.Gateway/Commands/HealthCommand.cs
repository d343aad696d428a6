namespace UltraAI.Gateway.Commands;

/// <summary><c>health</c>: a probe for containers, which have no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <exception cref="CommandException">Nobody answers.</exception>
    public static async Task<int> RunAsync(string? url, CancellationToken cancellationToken)
    {
        using var client = GatewayClient.Open(url, Patience);
        var answer = await client.SendAsync(HttpMethod.Get, "/health/ready", cancellationToken: cancellationToken);
        Console.WriteLine(answer.Text);
        return answer.IsSuccess ? 0 : 1;
    }
}
