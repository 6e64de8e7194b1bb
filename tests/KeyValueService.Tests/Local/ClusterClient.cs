using System.Net;
using System.Text.Json.Nodes;

namespace KeyValueService.Tests.Local;

/// <summary>A client of a cluster whose leader may change or be lost at any time: it repeats what is safe to repeat.</summary>
internal sealed class ClusterClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _client = new() { Timeout = Service.Patience };
    private readonly HttpClient _withoutRedirects = new(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = Service.Patience };

    /// <summary>Sets a key through a node, as often as needed: the last attempt is the one that succeeds.</summary>
    public Task PutAsync(string url, string value) => UntilAsync(async () =>
    {
        using HttpResponseMessage answer = await _client.PutAsync(url, new StringContent(value));
        return answer.StatusCode == HttpStatusCode.OK;
    });

    /// <summary>Waits until a key has a value.</summary>
    public Task WaitForValueAsync(string url, string value) => UntilAsync(async () =>
    {
        using HttpResponseMessage answer = await _client.GetAsync(url);
        return answer.StatusCode == HttpStatusCode.OK && await answer.Content.ReadAsStringAsync() == value;
    });

    /// <summary>The first answer that is neither a failure nor a request to come back later.</summary>
    public async Task<string> GetAsync(string url)
    {
        string value = "";
        await UntilAsync(async () =>
        {
            using HttpResponseMessage answer = await _client.GetAsync(url);
            value = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode;
        });
        return value;
    }

    /// <summary>The status of the leader that a node knows.</summary>
    public async Task<(string Node, int Process)> FindLeaderAsync(string url)
    {
        JsonNode status = JsonNode.Parse(await GetAsync($"{url}/leader"))!;
        return ((string)status["node"]!, (int)status["process"]!);
    }

    /// <summary>What the nodes answer to a write, if the leader is the same before and after it.</summary>
    public async Task<(string Leader, List<HttpResponseMessage> Answers)> PutToAllAsync(IReadOnlyList<string> urls, string path)
    {
        (string Leader, List<HttpResponseMessage> Answers) result = ("", []);
        await UntilAsync(async () =>
        {
            (string before, _) = await FindLeaderAsync(urls[0]);
            List<HttpResponseMessage> answers = [];
            foreach (string url in urls)
            {
                answers.Add(await _withoutRedirects.PutAsync(url + path, new StringContent("1")));
            }

            (string after, _) = await FindLeaderAsync(urls[0]);
            result = (after, answers);
            return before == after && answers.All(static answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable);
        });
        return result;
    }

    public void Dispose()
    {
        _client.Dispose();
        _withoutRedirects.Dispose();
    }

    private static async Task UntilAsync(Func<Task<bool>> attempt)
    {
        using CancellationTokenSource patience = new(Service.Patience);
        using PeriodicTimer timer = new(Pause);
        while (!await TryAsync(attempt))
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private static async Task<bool> TryAsync(Func<Task<bool>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (HttpRequestException)
        {
            return false; // a node that does not run
        }
    }
}
