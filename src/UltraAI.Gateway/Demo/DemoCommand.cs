namespace UltraAI.Gateway.Demo;

internal static class DemoCommand
{
    public static Task<int> RunAsync(string[] args, Func<string[], Action<IEnumerable<string>>?, Task<int>> run, CancellationToken cancellationToken) => run(args, null);
}
