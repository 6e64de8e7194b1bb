namespace Raft.Storage.Files;

/// <summary>Runs work that blocks its thread. A simulation runs it as a step of its own.</summary>
internal interface IDiskThreads
{
    /// <summary>Runs <c>work.Execute()</c> soon, never within this call, and at the same time as other work.</summary>
    /// <param name="work">The work; it never throws.</param>
    void Run(IThreadPoolWorkItem work);

    /// <summary>
    /// Runs <c>work.Execute()</c> when the work that calls this has ended: on the same thread, if it is one of these, so that no other has
    /// to wake up.
    /// </summary>
    /// <param name="work">The work; it never throws.</param>
    void RunNext(IThreadPoolWorkItem work) => Run(work);
}
