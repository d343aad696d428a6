namespace UltraAI.Gateway.Admin;

/// <summary><c>/admin/keys</c> over HTTP.</summary>
internal sealed class KeyEndpoints(KeyAdministration keys, KeyUsage usage, AdminAudit audit, TimeProvider time)
{
    public async Task ListAsync(HttpContext context)
    {
        var all = await keys.ListAsync(context.RequestAborted);
        var uses = await usage.ReadAsync(all, context.RequestAborted);
        await AdminResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            for (var i = 0; i < all.Count; i++)
            {
                KeyWriter.Write(json, all[i], uses[i], time.GetUtcNow());
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    public async Task GetAsync(HttpContext context) =>
        await WriteAsync(context, StatusCodes.Status200OK, await keys.GetAsync(NameOf(context), context.RequestAborted));

    public async Task CreateAsync(HttpContext context)
    {
        var body = await AdminBody.ReadAsync(context, time, AdminBody.Json);
        var (key, secret) = await keys.CreateAsync(body, context.RequestAborted);
        audit.Created(context, key.Name);
        context.Response.Headers.Location = "/admin/keys/" + key.Name;
        await WriteAsync(context, StatusCodes.Status201Created, key, secret);
    }

    public async Task ChangeAsync(HttpContext context)
    {
        var patch = await AdminBody.ReadAsync(context, time, AdminBody.MergePatch, AdminBody.Json);
        var (key, changed) = await keys.ChangeAsync(NameOf(context), patch, IfMatch.Of(context.Request), context.RequestAborted);
        if (changed.Count > 0)
        {
            audit.Changed(context, key.Name, changed);
        }

        await WriteAsync(context, StatusCodes.Status200OK, key);
    }

    public async Task DeleteAsync(HttpContext context)
    {
        var name = NameOf(context);
        await keys.DeleteAsync(name, IfMatch.Of(context.Request), context.RequestAborted);
        audit.Deleted(context, name);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task RotateAsync(HttpContext context)
    {
        var grace = Grace.Read(await AdminBody.ReadOptionalAsync(context, time));
        var (key, secret) = await keys.RotateAsync(NameOf(context), grace, IfMatch.Of(context.Request), context.RequestAborted);
        audit.Rotated(context, key.Name, grace);
        await WriteAsync(context, StatusCodes.Status200OK, key, secret);
    }

    private async Task WriteAsync(HttpContext context, int status, AdminKey key, string? secret = null)
    {
        if (key.ETag is { } tag)
        {
            context.Response.Headers.ETag = tag;
        }

        var uses = await usage.ReadAsync([key], context.RequestAborted);
        await AdminResponse.WriteAsync(context, status, json => KeyWriter.Write(json, key, uses[0], time.GetUtcNow(), secret));
    }

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;
}
