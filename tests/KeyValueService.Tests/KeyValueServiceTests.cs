using System.Net;
using System.Net.Http.Headers;

namespace KeyValueService.Tests;

/// <summary>The service as its clients see it.</summary>
public sealed class KeyValueServiceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_ThenGetAndDelete_ShowsValueUntilItIsDeleted()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage put = await client.PutAsync("/n1/kv/greeting", new StringContent("hello"), Cancelled);
        string local = await client.GetStringAsync("/n1/kv/greeting?consistent=false", Cancelled);
        string consistent = await client.GetStringAsync("/n1/kv/greeting", Cancelled);
        HttpResponseMessage deleted = await client.DeleteAsync("/n1/kv/greeting", Cancelled);
        HttpResponseMessage after = await client.GetAsync("/n1/kv/greeting", Cancelled);

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(("hello", "hello"), (local, consistent));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    [Fact]
    public async Task Put_IfMatchNamesAnOldVersion_ChangesNothing()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;
        HttpResponseMessage first = await client.PutAsync("/n1/kv/a", new StringContent("1"), Cancelled);

        HttpResponseMessage second = await PutIfAsync(client, "2", first.Headers.ETag!);
        HttpResponseMessage third = await PutIfAsync(client, "3", first.Headers.ETag!);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, third.StatusCode);
        Assert.Equal("2", await client.GetStringAsync("/n1/kv/a", Cancelled));
    }

    /// <summary>The last key contains what looks like an encoded character, and is another one if it is decoded twice.</summary>
    [Theory]
    [InlineData("a%20b?x=1")]
    [InlineData("caf%C3%A9")]
    [InlineData("50%2541")]
    public async Task Put_ToAFollower_IsRedirectedToTheLeadersPath(string key)
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage answer = await client.PutAsync($"/n2/kv/{key}", new StringContent("1"), Cancelled);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, answer.StatusCode);
        Assert.Equal($"/n1/kv/{key}", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Put_ValueAboveTheLimit_IsTooLarge()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage answer = await client.PutAsync("/n1/kv/a", new StringContent(new string('x', 1 << 20)), Cancelled);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Put_WithoutALeader_AsksToTryAgainAndSaysWhy()
    {
        (Service service, HttpClient client) = Service.StartWithoutLeader();
        await using Service _ = service;

        HttpResponseMessage answer = await client.PutAsync("/n1/kv/a", new StringContent("1"), Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        Assert.Contains("no leader", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_WithALeader_IsHealthy()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage ready = await client.GetAsync("/health", Cancelled);
        string metrics = await client.GetStringAsync("/metrics", Cancelled);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("raft_node_term", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_WithoutALeader_IsUnreadyAndAlive()
    {
        (Service service, HttpClient client) = Service.StartWithoutLeader();
        await using Service _ = service;

        HttpResponseMessage ready = await client.GetAsync("/health", Cancelled);
        HttpResponseMessage alive = await client.GetAsync("/alive", Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    private static Task<HttpResponseMessage> PutIfAsync(HttpClient client, string value, EntityTagHeaderValue version)
    {
        HttpRequestMessage request = new(HttpMethod.Put, "/n1/kv/a") { Content = new StringContent(value) };
        request.Headers.IfMatch.Add(version);
        return client.SendAsync(request, Cancelled);
    }
}
