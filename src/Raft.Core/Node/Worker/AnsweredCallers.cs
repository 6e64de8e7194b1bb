namespace Raft;

/// <summary>
/// The callers that a pass of the worker has answered. They are resumed together at its end, away from the worker: what a caller does
/// next is users' code.
/// </summary>
internal sealed class AnsweredCallers(ResumeBatchPool pool)
{
    private ResumeBatch? _batch;

    /// <summary>The batch of the current pass.</summary>
    public ResumeBatch Batch => _batch ??= pool.Rent();

    public void Succeed<T>(PendingCaller<T> caller, T value) => caller.Succeed(value, Batch);

    public void Fail(PendingCaller caller, Exception error) => caller.Fail(error, Batch);

    /// <summary>Resumes all of them.</summary>
    public void Resume()
    {
        _batch?.Start();
        _batch = null;
    }
}
