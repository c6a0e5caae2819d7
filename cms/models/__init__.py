"""Page types."""

from cms.models.campaign import CampaignPage

__all__ = ["CampaignPage"]
