using Raft;

namespace Raft.Service_1;

/// <summary>The HTTP interface. Any node reads; only the leader writes, and the others redirect to it.</summary>
internal static class InventoryEndpoints
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static void MapInventory(this WebApplication app)
    {
        RouteGroupBuilder items = app.MapGroup("/items/{item}").AddEndpointFilter(static (context, next) => TranslateAsync(context, next));
        items.MapPost("", ChangeAsync);
        items.MapGet("", FindAsync);
    }

    /// <summary>POST /items/bolts?by=5</summary>
    private static async Task<ItemCount> ChangeAsync(
        string item, long by, IProposer<Change, ItemCount> proposer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        return await proposer.ProposeAsync(new Change(item, by), limit.Token);
    }

    /// <summary>GET /items/bolts includes every change that was acknowledged before.</summary>
    private static async Task<ItemCount> FindAsync(string item, IReader<InventoryMachine> reader, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        return await reader.ReadAsync(inventory => inventory.Find(item), cancellationToken: limit.Token);
    }

    /// <summary>
    /// Outcomes as HTTP: after 307, 409 and 503 nothing has changed. After 504 the change may have happened, so find out before you
    /// repeat it.
    /// </summary>
    private static async ValueTask<object?> TranslateAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpRequest request = context.HttpContext.Request;
        try
        {
            return await next(context);
        }
        catch (CommandRejectedException rejected)
        {
            return Results.Problem(rejected.Message, statusCode: StatusCodes.Status409Conflict);
        }
        catch (NotLeaderException exception) when (exception.Leader is { } leader && leader.Tags.TryGetValue("url", out string? url))
        {
            return Results.Redirect($"{url}{request.Path.ToUriComponent()}{request.QueryString}", permanent: false, preserveMethod: true);
        }
        catch (ProposalRefusedException refused)
        {
            return Results.Problem(refused.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (Exception exception) when (exception is OutcomeUnknownException or OperationCanceledException)
        {
            bool isRead = HttpMethods.IsGet(request.Method);
            return Results.Problem(
                isRead ? "There was no answer in time." : "The change may have happened or may happen later: find out first.",
                statusCode: isRead ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status504GatewayTimeout);
        }
    }
}
