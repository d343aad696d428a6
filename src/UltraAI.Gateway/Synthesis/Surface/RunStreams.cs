namespace UltraAI.Gateway.Synthesis.Surface;

/// <summary>What both kinds of streams have in common: how they end.</summary>
internal static class RunStreams
{
    /// <summary>Writes a run's stream, and waits for the run.</summary>
    /// <param name="context">The client.</param>
    /// <param name="run">The run.</param>
    /// <param name="write">Writes the stream, and returns after its last event.</param>
    /// <remarks>
    /// NOTE: that the run has not ended yet does not tell a stream that broke off. The last event is out a moment before the run's task
    /// completes; to abort then would reset the connection under a client that still reads.
    /// </remarks>
    public static async Task FollowAsync(HttpContext context, StartedRun run, Func<Task> write)
    {
        var isWhole = false;
        try
        {
            await write();
            isWhole = true;
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is IOException or OperationCanceledException)
        {
            // The client has left; the run has been told.
        }
        finally
        {
            if (!isWhole && !context.RequestAborted.IsCancellationRequested)
            {
                context.Abort();
            }

            await run.Completion;
        }
    }
}
