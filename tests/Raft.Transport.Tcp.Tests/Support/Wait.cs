using System.Diagnostics;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Waits for what a test expects, up to a limit that only a failure reaches.</summary>
internal static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"Within {Limit.TotalSeconds} s, this has not happened: {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<T> OrFailAsync<T>(Task<T> task, string what)
    {
        Assert.True(await Task.WhenAny(task, Task.Delay(Limit, TestContext.Current.CancellationToken)) == task, what);
        return await task;
    }

    public static async Task OrFailAsync(Task task, string what)
    {
        Assert.True(await Task.WhenAny(task, Task.Delay(Limit, TestContext.Current.CancellationToken)) == task, what);
        await task;
    }
}
