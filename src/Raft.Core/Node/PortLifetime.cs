using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// What one life of a node has opened: its log store and its transport. Opens them, cancels what is under way when the life ends, and
/// closes them.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
internal sealed class PortLifetime(NodeSettings settings, EndingSteps steps) : IThreadPoolWorkItem
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ending = new();
    private volatile bool _isStoreOpen;
    private volatile bool _isTransportStarted;
    private volatile Exception? _cancellationFailure;

    /// <summary>Cancelled by a stop or a failure: ends opening, starting and snapshots, which neither waits for.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Cancelled at the very end: ends reads that are still under way.</summary>
    public CancellationToken Ending => _ending.Token;

    public async ValueTask<LogState> OpenLogStoreAsync()
    {
        LogState state = await settings.LogStore.OpenAsync(settings.ClusterId, settings.NodeId, Stopping).ConfigureAwait(false);
        _isStoreOpen = true;
        return state;
    }

    /// <returns>The transport, now started; null if the node has none.</returns>
    public async ValueTask<ITransport?> StartTransportAsync(IMessageReceiver receiver)
    {
        if (settings.Transport is not { } transport)
        {
            return null;
        }

        await transport.StartAsync(receiver, Stopping).ConfigureAwait(false);
        _isTransportStarted = true;
        return transport;
    }

    /// <summary>
    /// A stop was requested, or the node has failed. Callbacks on the token are users' code, which may block or throw, so they do not run
    /// on the thread that calls this.
    /// </summary>
    public void BeginStop() => settings.Scheduler.Schedule(this, preferLocal: false);

    public void Execute()
    {
        try
        {
            _stopping.Cancel();
        }
        // An exception of a port's callback becomes the reason of a failure at the end: until then the stop continues in good order.
        catch (Exception exception)
        {
            _cancellationFailure = exception;
        }
    }

    /// <summary>Cancels what is under way, then stops the transport and closes the log store, if they were opened.</summary>
    /// <param name="beforeTransport">Called before the transport stops.</param>
    /// <param name="cancelApplying">Cancels what the state machine is still working on.</param>
    /// <param name="onFailure">Receives the failure of each port that did not close cleanly.</param>
    public async ValueTask CloseAsync(Action beforeTransport, Action cancelApplying, Action<NodeFailedException> onFailure)
    {
        ILogStore store = settings.LogStore;
        await ReleaseAsync("log store", store, _ => Run(_ending.Cancel), onFailure).ConfigureAwait(false);
        if (settings.SnapshotStore is { } snapshots)
        {
            // An orderly stop has done so already.
            await ReleaseAsync("snapshot store", snapshots, _ => Run(_stopping.Cancel), onFailure).ConfigureAwait(false);
        }

        if (_isTransportStarted)
        {
            _isTransportStarted = false;
            beforeTransport();
            ITransport transport = settings.Transport!;
            await ReleaseAsync("transport", transport, static transport => transport.StopAsync(CancellationToken.None), onFailure)
                .ConfigureAwait(false);
        }

        if (_isStoreOpen)
        {
            _isStoreOpen = false;
            await ReleaseAsync("log store", store, static store => store.CloseAsync(), onFailure).ConfigureAwait(false);
        }

        await ReleaseAsync("state machine", settings.StateMachine, _ => Run(cancelApplying), onFailure).ConfigureAwait(false);
        if (_cancellationFailure is { } failure)
        {
            // Either may have registered the callback.
            string suspects = settings.Transport is null ? "log store" : "log store or transport";
            await ReleaseAsync(suspects, store, _ => ValueTask.FromException(failure), onFailure).ConfigureAwait(false);
        }
    }

    private static ValueTask Run(Action action)
    {
        action();
        return ValueTask.CompletedTask;
    }

    private async ValueTask ReleaseAsync<TPort>(
        string what, TPort port, Func<TPort, ValueTask> release, Action<NodeFailedException> onFailure)
        where TPort : notnull
    {
        steps.Begin($"its {what} {port.GetType().Name} to close");
        try
        {
            await release(port).ConfigureAwait(false);
        }
        // Any exception of a port becomes the reason of a failure.
        catch (Exception exception)
        {
            onFailure(new NodeFailedException(
                $"The {what} {port.GetType().Name} did not close cleanly: {exception.Message.TrimEnd('.')}. "
                + "Fix that, then run the node again.",
                exception));
        }
    }
}
