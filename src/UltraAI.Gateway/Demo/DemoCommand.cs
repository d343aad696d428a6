namespace UltraAI.Gateway.Demo;

internal static class DemoCommand
{
    public static Task<int> RunAsync(string[] args, Func<string[], Task<int>> run, CancellationToken cancellationToken) => run(args);
}
