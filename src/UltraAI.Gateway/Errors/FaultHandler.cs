using Microsoft.AspNetCore.Connections;

namespace UltraAI.Gateway.Errors;

/// <summary>Answers for faults of the gateway's own, so that no request ends without a word and none tells a client about our insides.</summary>
internal sealed partial class FaultHandler(ILogger<FaultHandler> logger)
{
    public Task HandleAsync(HttpContext context, Exception exception, IErrorRenderer renderer)
    {
        if (context.RequestAborted.IsCancellationRequested || exception is ConnectionResetException or ConnectionAbortedException)
        {
            // Nobody is there to take an answer. A reset may show in the reading of the body before it is told; the server must not go on reading.
            context.Abort();
            return Task.CompletedTask;
        }

        if (exception is BadHttpRequestException bad && !context.Response.HasStarted)
        {
            var code = bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorCode.BodyTooLarge : ErrorCode.InvalidRequest;
            return ErrorResponse.WriteAsync(context, new GatewayError(code, "The request is not valid HTTP."), renderer);
        }

        var requestId = context.Response.Headers[ErrorResponse.RequestIdField].ToString();
        LogFault(requestId, exception.GetType().FullName, exception.StackTrace);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return ErrorResponse.WriteAsync(context, new GatewayError(ErrorCode.InternalError, $"A fault of the gateway's own; its log has it as {requestId}."), renderer);
    }

    // The exception's message may quote what the client sent, so only its type and place are logged.
    [LoggerMessage(LogLevel.Error, "Request {RequestId} failed by a fault of the gateway's own: {Exception}\n{StackTrace}", EventName = "Fault")]
    private partial void LogFault(string requestId, string? exception, string? stackTrace);
}
