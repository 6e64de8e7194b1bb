using System.Text.Json.Nodes;

namespace Raft.Benchmarks.Server;

/// <summary>Waits for a server that starts.</summary>
internal static class Polling
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until there is an answer that is a success.</summary>
    /// <param name="url">The address.</param>
    /// <param name="body">The body of a POST; null for a GET.</param>
    /// <param name="isReady">Whether the answer says that the server is ready; null for any answer.</param>
    public static async Task<JsonNode> GetJsonAsync(string url, string? body = null, Func<JsonNode, bool>? isReady = null)
    {
        using HttpClient client = new();
        using CancellationTokenSource limit = new(Limit);
        using PeriodicTimer timer = new(Pause);
        while (true)
        {
            if (await TryAsync(client, url, body, limit.Token) is { } answer && isReady?.Invoke(answer) != false)
            {
                return answer;
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<JsonNode?> TryAsync(HttpClient client, string url, string? body, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = body is null
                ? await client.GetAsync(url, cancellationToken)
                : await client.PostAsync(url, new StringContent(body), cancellationToken);
            return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) : null;
        }
        catch (HttpRequestException)
        {
            return null; // it does not listen yet
        }
    }
}
