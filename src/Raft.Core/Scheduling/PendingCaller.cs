namespace Raft;

/// <summary>
/// A caller who waits for something: the source that it awaits, and which use of that source. The default value means no caller.
/// </summary>
internal readonly record struct PendingCaller(CompletionSource? Source, uint Generation)
{
    /// <summary>Whether the caller still waits: it has no answer yet and has not cancelled.</summary>
    public bool IsPending => Source!.IsPending(Generation);

    /// <summary>Fails the wait and resumes the caller on a work item of its own.</summary>
    /// <returns>False if the wait has ended already; nothing happens then.</returns>
    public bool Fail(Exception error)
    {
        if (!Source!.TryFail(Generation, error))
        {
            return false;
        }

        Source.Resume();
        return true;
    }

    /// <summary>Fails the wait; the caller is resumed with the batch.</summary>
    /// <returns>False if the wait has ended already; nothing happens then.</returns>
    public bool Fail(Exception error, ResumeBatch resume)
    {
        if (!Source!.TryFail(Generation, error))
        {
            return false;
        }

        resume.Add(Source);
        return true;
    }
}

/// <summary>A caller who waits for a value of a known type.</summary>
/// <typeparam name="T">The value's type.</typeparam>
internal readonly record struct PendingCaller<T>(CompletionSource<T> Source, uint Generation)
{
    public static implicit operator PendingCaller(PendingCaller<T> caller) => new(caller.Source, caller.Generation);

    /// <inheritdoc cref="PendingCaller.IsPending"/>
    public bool IsPending => Source.IsPending(Generation);

    /// <summary>Answers the caller and resumes it on a work item of its own.</summary>
    /// <returns>False if the wait has ended already; nothing happens then.</returns>
    public bool Succeed(T value)
    {
        if (!Source.TrySucceed(Generation, value))
        {
            return false;
        }

        Source.Resume();
        return true;
    }

    /// <summary>Answers the caller; it is resumed with the batch.</summary>
    /// <returns>False if the wait has ended already; nothing happens then.</returns>
    public bool Succeed(T value, ResumeBatch resume)
    {
        if (!Source.TrySucceed(Generation, value))
        {
            return false;
        }

        resume.Add(Source);
        return true;
    }

    /// <inheritdoc cref="PendingCaller.Fail(Exception)"/>
    public bool Fail(Exception error) => ((PendingCaller)this).Fail(error);

    /// <inheritdoc cref="PendingCaller.Fail(Exception, ResumeBatch)"/>
    public bool Fail(Exception error, ResumeBatch resume) => ((PendingCaller)this).Fail(error, resume);
}
