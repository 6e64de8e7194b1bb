using Microsoft.CodeAnalysis;

namespace Raft.Analyzers.StateMachines;

/// <summary>How applying, capturing and restoring use one field of a state machine.</summary>
internal sealed class FieldUses
{
    private bool _isChangedByApply;
    private Phases _mentionedBy;

    /// <summary>Whether a command changes its value in place, so that everything that shares the value sees the change.</summary>
    public bool IsMutatedByApply { get; private set; }

    public void Note(Phases phase, FieldUse use)
    {
        _mentionedBy |= phase;
        if (phase == Phases.Apply)
        {
            _isChangedByApply |= use != FieldUse.Read;
            IsMutatedByApply |= use == FieldUse.Mutate;
        }
    }

    /// <summary>
    /// The rule that the field breaks, or null. A field that capturing or restoring mentions at all is given the benefit of the doubt.
    /// </summary>
    /// <param name="captureMayUseAll">Whether capturing hands out the machine, so that it may use every field.</param>
    /// <param name="restoreMayUseAll">The same of restoring.</param>
    public DiagnosticDescriptor? RuleBroken(bool captureMayUseAll, bool restoreMayUseAll)
    {
        bool isRestored = restoreMayUseAll || (_mentionedBy & Phases.Restore) != 0;
        bool isCaptured = captureMayUseAll || (_mentionedBy & Phases.Capture) != 0;
        return !_isChangedByApply || isRestored ? null
            : !isCaptured ? Rules.ForgottenField
            : captureMayUseAll ? null
            : Rules.FieldNotRestored;
    }
}
