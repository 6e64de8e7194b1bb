using System.Net;

namespace Raft.Transport.Tcp;

/// <summary>
/// Connects to the first of several addresses that answers. The next one is tried when the one before has failed, or has not answered for a
/// moment, so that an address that swallows packets does not use up the time of the others.
/// </summary>
internal static class AddressRace
{
    /// <summary>Returns what the first attempt that succeeds has returned, and disposes the results of the others.</summary>
    /// <param name="candidates">The addresses, the preferred ones first; at least one.</param>
    /// <param name="connect">An attempt.</param>
    /// <param name="pause">How long an attempt is alone.</param>
    /// <param name="cancellationToken">Cancels all attempts.</param>
    /// <exception cref="Exception">That of the first attempt, if all have failed.</exception>
    public static async Task<T> RunAsync<T>(
        IReadOnlyList<IPAddress> candidates,
        Func<IPAddress, CancellationToken, Task<T>> connect,
        Func<CancellationToken, Task> pause,
        CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<T>> attempts = [];
        List<Task<T>> open = [];
        try
        {
            while (open.Count > 0 || attempts.Count < candidates.Count)
            {
                bool hasMore = attempts.Count < candidates.Count;
                if (hasMore)
                {
                    attempts.Add(connect(candidates[attempts.Count], over.Token));
                    open.Add(attempts[^1]);
                    hasMore = attempts.Count < candidates.Count;
                }

                IEnumerable<Task> waits = hasMore ? [.. open, pause(over.Token)] : open;
                if (await Task.WhenAny(waits).ConfigureAwait(false) is not Task<T> ended)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    continue; // the pause is over
                }

                open.Remove(ended);
                if (ended.IsCompletedSuccessfully)
                {
                    return await ended.ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }

            return await attempts[0].ConfigureAwait(false);
        }
        finally
        {
            over.Cancel();
            foreach (Task<T> loser in open)
            {
                _ = DisposeAsync(loser);
            }
        }
    }

    /// <summary>
    /// IPv4 and IPv6 in turns, IPv4 first: a name such as localhost has both on most machines, and a listener binds the first.
    /// </summary>
    public static IPAddress[] Order(IEnumerable<IPAddress> addresses) =>
    [
        .. addresses
            .GroupBy(static ip => ip.AddressFamily)
            .SelectMany(static family => family.Select(static (ip, index) => (Address: ip, Index: index)))
            .OrderBy(static each => each.Index)
            .ThenBy(static each => each.Address.AddressFamily)
            .Select(static each => each.Address),
    ];

    private static async Task DisposeAsync<T>(Task<T> loser)
        where T : class, IDisposable
    {
        try
        {
            (await loser.ConfigureAwait(false)).Dispose();
        }
        // It has failed or was cancelled, as it should: another one is in use.
        catch (Exception)
        {
            // nothing is left to do
        }
    }
}
