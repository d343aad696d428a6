using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Admin;

/// <summary>One path of the admin API or the dashboard: the guard, the choice by method, and how errors are told.</summary>
/// <remarks>It takes every method: what routing itself would answer for a wrong one would come before the guard.</remarks>
/// <param name="check">The guard: says why a request is refused, or null.</param>
/// <param name="methods">What there is, by method.</param>
internal sealed class AdminEndpoint(Func<HttpContext, AdminProblem?> check, params (string Method, RequestDelegate Handle)[] methods)
{
    private readonly string _allow = string.Join(", ", methods.Select(method => method.Method));

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpResponse)state).Headers;
            if (headers.CacheControl.Count == 0)
            {
                headers.CacheControl = "no-store";
            }

            headers.XContentTypeOptions = "nosniff";
            return Task.CompletedTask;
        }, context.Response);
        try
        {
            await (check(context) is { } refusal
                ? refusal.WriteAsync(context)
                : HandleAsync(context));
        }
        catch (AdminException exception)
        {
            await exception.Problem.WriteAsync(context);
        }
        catch (StoreException exception) when (!context.Response.HasStarted)
        {
            await AdminProblem.Of(new GatewayError(ErrorCode.StoreUnavailable, exception.Message) { RetryAfter = TimeSpan.FromSeconds(1) }).WriteAsync(context);
        }
        catch (Exception exception)
        {
            await context.RequestServices.GetRequiredService<FaultHandler>().HandleAsync(context, exception, AdminErrorRenderer.Instance);
        }
    }

    private Task HandleAsync(HttpContext context)
    {
        var method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
        foreach (var (name, handle) in methods)
        {
            if (name == method)
            {
                return handle(context);
            }
        }

        return Refusal(context).WriteAsync(context);
    }

    private AdminProblem Refusal(HttpContext context) => methods.Length == 0
        ? new AdminProblem(StatusCodes.Status404NotFound, ErrorCode.NotFound, "The admin API has no such path; it has /admin/keys, /admin/usage and /admin/events.")
        : new AdminProblem(StatusCodes.Status405MethodNotAllowed, ErrorCode.InvalidRequest, $"{context.Request.Method} is not possible here; {_allow} is.")
        {
            Fields = [("Allow", _allow)],
        };
}
